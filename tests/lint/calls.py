"""Functions that are never called, and errors that are returned at once."""
import re
import tree

NEVER = r"\b(system|popen|strcpy|strcat|sprintf|vsprintf|alloca|strtok|gets|rand|atoi)\s*\("
EXIT = r"\b(exit|_exit|quick_exit|_Exit)\s*\("
MAIN = r"^(cli/.*|tests/.*|\w+/main\.c|\w+/[\w-]*_main\.c)$"
TIDY = r"(?:g_clear_\w+|g_autofree|\w*free|\w+_unref|\w+_close|close|fclose|unlink)\s*\([^;]*\)\s*;\s*"
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
        rest = re.sub(r"^(" + TIDY + ")*", "", code[m.end():])
        # the end of the function counts: "\n}" in the first column
        if not re.match(r"(return|goto)\b", rest) and code[:m.end() + 1].rstrip(" \t")[-2:] != "\n}":
            rules["an error that is set is returned at once"].append(
                "%s:%d" % (path, tree.line(code, m.start())))
tree.report(rules)
