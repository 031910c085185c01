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

# Each names itself in an element or an attribute, so that one that comes through is seen.
MARKUP = (
    *("<zqx>", "</p><zqx>", "<zqx a=1>", "<b zqx=1>", "<script zqx>alert(1)</script>"),
    *(
        "<img src=x zqx onerror=alert(1)>",
        "<svg zqx onload=alert(1)>",
        "<a zqx href=javascript:alert(1)>x",
    ),
    *(
        '"><zqx>',
        "'><zqx>",
        '" zqx="',
        "' zqx='",
        "` zqx=`",
        '" onfocus=alert(1) zqx="',
        "x zqx=1 y=2",
    ),
    *("</textarea><zqx>", "</title><zqx>", "</option></select><zqx>", "</script><zqx>", "--><zqx>"),
    *("<iframe zqx srcdoc=x>", "<zqx/onclick=alert(1)>", "<ZQX>", "<\x0bzqx>", "<zqx\n>", "< zqx>"),
    *(
        "&lt;zqx&gt;",
        "&#60;zqx&#62;",
        "%3Czqx%3E",
        "\\u003czqx\\u003e",
        "{{zqx}}",
        "{% zqx %}",
        "${zqx}",
    ),
    *(
        "[zqx](javascript:alert(1))",
        '[x](/ "zqx" onclick=alert(1))',
        "![zqx](x)",
        "<javascript:zqx>",
    ),
    *(
        "[zqx](data:text/html,<script>1</script>)",
        "<style zqx>*{}</style>",
        "<base zqx href=//evil.example>",
    ),
    *(
        "<form zqx action=//evil.example>",
        "<meta zqx http-equiv=refresh content=0>",
        "<zqx style=x:y>",
    ),
)
