"""Who may include whom, and which file may know which library."""
import os
import re
import tree

FOLDERS = {  # besides itself
    "base": (), "probe": ("base",), "exporter": ("base",), "view": ("base",), "yang": ("base",),
    "enforce": ("base",), "collectors": ("base",),
}  # every other folder may include all
LIBRARIES = {  # header -> files that may include it
    r"fixbuf/": r"^exporter/[^/]*fixbuf[^/]*\.c$",
    r"pcap(/|\.h)": r"^probe/[^/]*pcap[^/]*\.c$",
    r"openssl/": r"^[\w/]+/[^/]*(crypto|tls)[^/]*\.c$",
    r"jansson\.h": r"^[\w/]+/[^/]*(json|rpc)[^/]*\.[ch]$",
    r"(seccomp|sys/capability|sys/prctl|linux/seccomp)\.h": r"^base/privilege[^/]*\.c$",
    r"(libndpi/|ndpi)": r"^probe/[^/]*ndpi[^/]*\.c$",
    r"libpsl\.h": r"^probe/name_node\.c$",
    r"systemd/": r"^base/[^/]*\.c$",
    r"xxhash\.h": r"^base/hash\.h$",
    r"cmocka\.h": r"^tests/unit/unit\.h$",
}
rules = {t: [] for t in ("folders include only what they may", "libraries stay in their files",
                         "includes name their path from the top", "a file includes its header first")}
own = {path for path, text in tree.files(r"\.h$")}
for path, text in tree.files(r"\.[ch]$"):
    folder = path.split("/")[0]
    included = re.findall(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', text, re.M)
    for mark, header in included:
        other = header.split("/")[0]
        if mark == '"':
            if "/" not in header:
                rules["includes name their path from the top"].append("%s: %s" % (path, header))
            elif folder in FOLDERS and other not in FOLDERS[folder] + (folder,):
                rules["folders include only what they may"].append("%s: %s" % (path, header))
        for library, allowed in LIBRARIES.items():
            if re.match(library, header) and not re.match(allowed, path):
                rules["libraries stay in their files"].append("%s: %s" % (path, header))
    header = os.path.splitext(path)[0] + ".h"
    if path.endswith(".c") and header in own and included[:1] != [('"', header)]:
        rules["a file includes its header first"].append(path)
tree.report(rules)
