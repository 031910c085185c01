"""What attackers send: addresses that lead away, markup that runs, cells, lines and paths.

Written for this service after what OWASP and the WHATWG's URL standard say browsers do.
"""

from __future__ import annotations

AWAY = (
    *("https://evil.example", "http://evil.example/", "HTTPS://evil.example", "hTtPs:evil.example"),
    *(
        "https:evil.example",
        "https:/evil.example",
        "https:///evil.example",
        "http:\\\\evil.example",
    ),
    *(
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "//evil.example/..",
        "//evil%2eexample",
    ),
    *(
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/\\/evil.example",
        "/\\\\evil.example",
    ),
    *(
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        "/\r/evil.example",
        "/\r\n/evil.example",
    ),
    *(
        " //evil.example",
        "\x00//evil.example",
        "/\x0b/evil.example",
        "\x0c//evil.example",
        "\u2028//x",
    ),
    *(
        "\\evil.example",
        "\\\tevil.example",
        "/\x7f/../\\evil.example",
        "//\\evil.example",
        "/ /evil.example",
    ),
    *("//localhost@evil.example", "https://localhost@evil.example", "//localhost:x@evil.example/"),
    *(
        "//evil.example:80",
        "//evil.example#",
        "//evil.example?",
        "//[::1]",
        "//[",
        "https://[",
        "//%5b",
    ),
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
    ),
    *(
        "data:text/html,<script>1</script>",
        "vbscript:x",
        "blob:https://x",
        "file:///etc/passwd",
        "ftp://x",
    ),
    *(
        "mailto:a@evil.example",
        "view-source:https://evil.example",
        "about:blank",
        "x:y",
        "localhost",
    ),
    *(
        "evil.example",
        ".evil.example",
        "@evil.example",
        ":80",
        "?next=//evil.example",
        "#//evil.example",
    ),
    *("../evil", "", " ", "/\u0000", "/x\r\nLocation: https://evil.example", "/x\nSet-Cookie: a=b"),
    *(
        "//evil。example",
        "\uff0f\uff0fevil.example",
        "//ⓔvil.example",
        "//\u00adevil.example",
        "\ufeff//evil.example",
    ),
)

FORGED_HOSTS = (
    *("evil.example", "evil.example:80", "localhost.evil.example", "evil.example#localhost"),
    *("localhost@evil.example", "localhost:80@evil.example", "evil.example\\localhost", "xn--evil"),
    *(
        "127.0.0.1",
        "[::1]",
        "LOCALHOST.evil.example",
        "localhost,evil.example",
        "localhost evil",
        "local/host",
    ),
)
