"""clang-tidy over every C file: `make tidy`. Arguments: the compiler's flags. It takes minutes, so
it is no part of `make check`; a file that passed is not looked at again before something changes."""
import concurrent.futures
import hashlib
import os
import subprocess
import sys
import tree

flags, top = sys.argv[1:], os.environ["TOP_SRCDIR"]
sys.argv[1:] = [top]
stamps = os.path.join(os.environ["TOP_BUILDDIR"], "tidy")
os.makedirs(stamps, exist_ok=True)
common = hashlib.sha256(" ".join(flags).encode())
for rules in (".clang-tidy", "tests/.clang-tidy"):
    with open(os.path.join(top, rules), "rb") as f:
        common.update(f.read())
for _, text in tree.files(r"\.h$"):
    common.update(text.encode())


def tidy(job):
    path, text = job
    state = common.copy()
    state.update((path + text).encode())
    stamp = os.path.join(stamps, state.hexdigest())
    if os.path.exists(stamp):
        return path, ""
    done = subprocess.run(["clang-tidy", "--quiet", path, "--"] + flags, cwd=top, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    if done.returncode:
        return path, done.stdout
    with open(stamp, "w", encoding="utf-8"):
        return path, ""


with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    found = [p for p in pool.map(tidy, tree.files(r"\.c$")) if p[1]]
for path, out in found:
    sys.stderr.write(out)
tree.report({"clang-tidy has nothing to say": [path for path, out in found]})
