"""A bucket of S3's protocol: a real server on a free port of this machine, and what is in it."""

import logging
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

NAME, REGION, KEY, SECRET = "songs", "eu-central-1", "key-of-the-tests", "secret-of-the-tests"


@contextmanager
def server() -> Iterator[str]:
    """Gives its address."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    try:
        yield "http://{}:{}".format(*moto.get_host_and_port())
    finally:
        moto.stop()


def client(endpoint: str) -> Any:
    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
    return boto3.client("s3", endpoint_url=endpoint, region_name=REGION, **keys)


@contextmanager
def bucket(endpoint: str) -> Iterator[Any]:
    """A client, and an empty bucket for a while."""
    s3 = client(endpoint)
    s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": REGION})
    try:
        yield s3
    finally:
        s3.close()
        urllib.request.urlopen(f"{endpoint}/moto-api/reset", data=b"").close()


def keys(s3: Any) -> list[str]:
    return sorted(entry["Key"] for entry in s3.list_objects_v2(Bucket=NAME).get("Contents", ()))


def environment(endpoint: str) -> dict[str, str]:
    """The studio's settings for it."""
    return {
        "S3_BUCKET": NAME,
        "S3_ENDPOINT_URL": endpoint,
        "S3_REGION": REGION,
        "S3_ACCESS_KEY_ID": KEY,
        "S3_SECRET_ACCESS_KEY": SECRET,
        "S3_PREFIX": "studio/media",
    }


def options(endpoint: str) -> dict[str, str]:
    """What `settings.S3` is with that environment."""
    return {
        "bucket_name": NAME,
        "endpoint_url": endpoint,
        "region_name": REGION,
        "access_key": KEY,
        "secret_key": SECRET,
        "location": "studio/media",
        "addressing_style": "path",
    }
