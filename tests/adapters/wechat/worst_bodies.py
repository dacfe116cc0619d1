"""The bodies that cost most to read, each as large as is let in: what whoever wants to tire us out would send."""

SEALED, BARE = 48_000, 64 * 1024
"""Bytes of a message that still fits in the largest envelope, and of the largest envelope."""


def filled(piece: str, size: int, before: str = "<xml>", after: str = "</xml>") -> bytes:
    """``before``, as many different pieces as there is room for (``{}`` is their number), ``after``."""
    parts, room = [], size - len(before.encode()) - len(after.encode())
    for number in range(size):
        one = piece.format(number).encode()
        room -= len(one)
        if room < 0:
            break
        parts.append(one)
    return before.encode() + b"".join(parts) + after.encode()


def worst(size: int, rest: str = "") -> dict[str, bytes]:
    """By what is worst about it. ``rest``: fields that make it a message that is answered."""
    deep = (size - 11) // 7
    text, end = f"<xml>{rest}<Content>", "</Content></xml>"
    return {
        "many elements": filled("<a{}/>", size),
        "many fields": filled("<a{}>x</a{}>".replace("{}>x</a{}", "{0}>x</a{0}"), size),
        "deep nesting": b"<xml>" + b"<a>" * deep + b"</a>" * deep + b"</xml>",
        "unclosed nesting": filled("<a>", size, after=""),
        "many attributes": filled(' a{}=""', size, "<xml", "/>"),
        "many attributes in many elements": filled('<a b="" c="" d="" e="" f="" g=""/>', size),
        "one attribute many times": filled(' a=""', size, "<xml", "/>"),
        "a long attribute name": filled("n", size, "<xml ", '="1"/>'),
        "a long attribute": filled("v", size, '<xml a="', '"/>'),
        "a long attribute of references": filled("&lt;", size, '<xml a="', '"/>'),
        "a long element name": filled("n", size, "<xml><", "/></xml>"),
        "many namespaces": filled(' xmlns:a{}="b{}"'.replace("b{}", "b"), size, "<xml", "/>"),
        "many references": filled("&amp;", size, text, end),
        "many numbers of characters": filled("&#65536;", size, text, end),
        "unknown references": filled("&a{};", size, text, end),
        "much text": filled("字", size, text, end),
        "text that grows when it is made plain": filled("\ufdfa", size, text, end),
        "many lines": filled("\r\n", size, text, end),
        "many CDATA sections": filled("<![CDATA[]]>", size, text, end),
        "many comments": filled("<!---->", size),
        "one long comment": filled("c", size, "<xml><!--", "--></xml>"),
        "many instructions": filled("<?a?>", size),
        "digits and blanks": filled("1 ", size, text, end),
        "a digit and blanks": filled(" ", size, text + "1", end),
        "many digits": filled("1", size, text, end),
        "half links": filled("<a ".replace("<", "&lt;"), size, text, end),
        "an open CDATA section": filled("<![CDATA[", size, text, end),
        "an open quotation": filled("q", size, '<xml a="', ""),
    }
