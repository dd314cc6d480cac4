"""Signing in at the team's own OpenID Connect server, and coming back from there."""

from collections.abc import Callable

from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_GET

from accounts.oidc import CheckedAdapter, back_to_sign_in


def _with_server(view: type) -> Callable[..., HttpResponse]:
    @login_not_required
    @require_GET
    def ask(request: HttpRequest, provider_id: str) -> HttpResponse:
        if not settings.OIDC:
            raise Http404
        request.GET = _without_more(request.GET)  # type: ignore[assignment]
        try:
            adapted = view.adapter_view(CheckedAdapter(request, provider_id))  # type: ignore[attr-defined]
            answer: HttpResponse = adapted(request)
        # Not there, or not what it should be: errors of `requests` are OSErrors.
        except (OSError, KeyError, TypeError, ValueError):
            return back_to_sign_in(request)
        return answer

    return ask


def _without_more(given: QueryDict) -> QueryDict:
    """allauth would ask the server for whatever else a link says, such as to answer to somebody else."""
    kept = given.copy()
    for name in ("auth_params", "scope"):
        kept.pop(name, None)
    return kept


leave = _with_server(OAuth2LoginView)
come_back = _with_server(OAuth2CallbackView)
