"""Texts that break programs: one of each way, as people type them, paste them, or mean them."""

TEXTS = (
    # empty, blank, and what stands for nothing elsewhere
    "", " ", "\t\n", "null", "None", "undefined", "NaN", "true", "0", "-1", "1e999", "0x0", "[]", "{}", "\\",
    # databases
    "'", "''", "\"", "';--", "' OR '1'='1", "1; DROP TABLE users", "1' UNION SELECT password_hash FROM users--",
    "'; SELECT pg_sleep(9)--", "$$;COPY users TO '/tmp/x'$$", "%", "_", "%_%", "\\%", "a' || 'b", "x'41'", "?1", "$1", ":id",
    # pages
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "javascript:alert(1)",
    "{{7*7}}", "${7*7}", "<%= 7*7 %>", "&lt;b&gt;", "</textarea><b>", "data:text/html,<b>", "' autofocus onfocus=alert(1) '",
    # files and shells
    "../../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "file:///etc/passwd", "con", "a/b", "a\\b", ".",
    "..", "~", "$(id)", "`id`", "; id", "| id", "& id &", "--help", "-rf", "*",
    # headers, logs, formats
    "a\r\nX-Injected: 1", "a\nSet-Cookie: x=1", "\r\n\r\n<b>", "%0d%0aX-Injected:%201", "%s%s%s%n", "{0}", "%x%x",
    "\x1b[31mred\x1b[0m", "\x07", "a\x00b", "\x00", "\x7f", "\x1f",
    # writing systems
    "\u202etxt.exe", "\u200b", "\ufeff", "e\u0301", "\u0130i", "ﷺ", "𝕳𝖊𝖑𝖑𝖔", "👩‍👩‍👧‍👦", "🇬🇧", "田中さん", "مرحبا", "שלום", "Ω≈ç√∫",
    "\ufffe", "\uffff", "\U0010ffff", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "Ａ", "ß", "ı",
    # addresses
    "http://169.254.169.254/", "http://[::1]:5432/", "gopher://127.0.0.1/", "http://0x7f.1/", "a@b", "@", "a@b.c\r\nBcc: d@e.f",
    "sip:x@127.0.0.1;transport=tls", "tel:+1900", "+4412345678901234567890", "4111 1111 1111 1111",
    # long
    "a" * 300, "é" * 3000, "<" * 20_000, "9" * 400, "[" * 10_000,
)
