"""Nothing is too big to be read at once: files, functions, parameter lists, nesting."""
import re
import tree

FILE_LINES = {".c": 500, ".h": 250}
FUNCTION_LINES, PARAMETERS, NESTING = 70, 5, 3
rules = {t: [] for t in ("files are short", "functions are short", "parameters are few",
                         "nesting is shallow")}


def parameters(header):
    """Commas of the first parenthesis at its own depth, plus one."""
    depth, count = 0, 1
    for c in header[header.index("("):]:
        depth += (c in "([{") - (c in ")]}")
        if depth == 0:
            break
        count += c == "," and depth == 1
    return count


def nesting(body):
    """Deepest block of a control statement; braces of initialisers do not count."""
    stack, deepest = [], 0
    for m in re.finditer(r"(?:(\)|\belse|\bdo)\s*)?\{|\}", body):
        if m.group(0) == "}":
            stack.pop()
        else:
            stack.append(bool(m.group(1)))
            deepest = max(deepest, sum(stack))
    return deepest


for path, text in tree.files(r"\.[ch]$"):
    lines = text.count("\n")
    if lines > FILE_LINES[path[-2:]]:
        rules["files are short"].append("%s: %d lines" % (path, lines))
    code = tree.code(text)
    for m in re.finditer(r"^((?:\w[^\n;{}]*\n)(?:[ \t][^\n;{}]*\n)*)\{\n(.*?)^\}", code, re.M | re.S):
        if "(" not in m.group(1):
            continue
        where = "%s:%d" % (path, tree.line(code, m.start()))
        length = m.group(2).count("\n") + 1
        if length > FUNCTION_LINES:
            rules["functions are short"].append("%s: %d lines" % (where, length))
        if parameters(m.group(1)) > PARAMETERS:
            rules["parameters are few"].append("%s: %d" % (where, parameters(m.group(1))))
        if nesting(m.group(2)) > NESTING:
            rules["nesting is shallow"].append("%s: %d" % (where, nesting(m.group(2))))
tree.report(rules)
