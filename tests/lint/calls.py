"""Functions that are never called, and errors that are returned at once."""
import re
import tree

NEVER = r"\b(system|popen|strcpy|strcat|sprintf|vsprintf|alloca|strtok|gets|rand|atoi)\s*\("
EXIT = r"\b(exit|_exit|quick_exit|_Exit)\s*\("
MAIN = r"^(cli/.*|tests/.*|\w+/main\.c|\w+/[\w-]*_main\.c)$"
TIDY = r"(?:g_clear_\w+|g_autofree|\w*free|\w+_unref|\w+_close|close|fclose|unlink)\s*\([^;]*\)\s*;\s*"


def returned(code, at):
    """True if what follows @at leaves the function, after some tidying up, out of blocks."""
    while True:
        at += len(re.match(r"\s*(" + TIDY + ")*", code[at:]).group(0))
        if re.match(r"(return|goto)\b", code[at:]):
            return True
        if code[at:at + 1] != "}":
            return False
        if code[at - 1] == "\n":
            return True  # the end of the function
        at += 1
        other = re.match(r"\s*else\b[^{]*\{", code[at:])
        if other:
            at = block_end(code, at + other.end())


def block_end(code, at):
    depth = 1
    while depth > 0 and at < len(code):
        depth += (code[at] == "{") - (code[at] == "}")
        at += 1
    return at


rules = {t: [] for t in ("no call of what cannot be bounded", "only main exits",
                         "an error that is set is returned at once")}
for path, text in tree.files(r"\.[ch]$"):
    code = tree.code(text)
    for m in re.finditer(NEVER, code):
        rules["no call of what cannot be bounded"].append(
            "%s:%d: %s" % (path, tree.line(code, m.start()), m.group(1)))
    for m in re.finditer(EXIT, code):
        if not re.match(MAIN, path):
            rules["only main exits"].append(
                "%s:%d: %s" % (path, tree.line(code, m.start()), m.group(1)))
    for m in re.finditer(r"\b(g_set_error(_literal)?|g_propagate(_prefixed)?_error)\s*\([^;]*;\s*",
                         code):
        if not returned(code, m.end()):
            rules["an error that is set is returned at once"].append(
                "%s:%d" % (path, tree.line(code, m.start())))
tree.report(rules)
