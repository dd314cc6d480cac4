"""Which network addresses a fetch may connect to (reliability.md S6)."""

import socket
from ipaddress import ip_address, ip_network

# Our own list: `is_global` calls NAT64, 6to4 and multicast addresses global, and `is_private` does not
# know 100.64.0.0/10.
NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # public by number, but it is Azure's metadata service
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
# Of IPv6 only this is handed out. Outside lie loopback, link-local, unique local and multicast
# addresses and all forms that wrap an IPv4 address (::ffff:0:0/96, 64:ff9b::/96).
GLOBAL_UNICAST = ip_network("2000::/3")


class NotPublic(Exception):
    """A name leads to an address that is not on the public internet."""


def is_public(address: str) -> bool:
    """Is this numeric address one of the public internet? Scoped addresses ("fe80::1%eth0") are not."""
    if "%" in address:
        return False
    parsed = ip_address(address)
    if parsed.version == 6 and parsed not in GLOBAL_UNICAST:
        return False
    return not any(parsed in network for network in NOT_PUBLIC)


def public_address(host: str, port: int) -> str:
    """Resolve a host once and return the address to connect to.

    Raises NotPublic if any of its addresses is not public: connecting to another one than was checked,
    or to a later answer of the same name, is how a name gets past a check. OSError if it has no address.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise NotPublic(f"{host!r} is not a host name.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotPublic(f"{host} is not on the public internet.")
    return addresses[0]
