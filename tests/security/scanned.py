"""The site as ``tests.security.scan`` serves it: without limits, or a tool soon sees only 429."""

from __future__ import annotations

from types import MappingProxyType

from mentorship.throttle import limits

limits.LIMITS = MappingProxyType(dict.fromkeys(limits.LIMITS, ()))

from wsgi import app  # noqa: E402  made with the limits of the line above

__all__ = ["app"]
