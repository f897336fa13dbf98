#!/usr/bin/env bash
# Installs a package of scripts/dev/package.sh into a bare Debian system, made in a directory of its own,
# and does there what a new user does: commands, a suite, runs, reports, comparisons. Needs root.
#
#   scripts/dev/try_package.sh PACKAGE.deb
set -euo pipefail

package=$(realpath "${1:?the package is missing: scripts/dev/package.sh makes it}")
if ((EUID != 0)); then
  echo "try_package.sh: run this as root" >&2
  exit 2
fi
# Mounts are seen by nobody else, and end with this script.
if [[ -z ${GAPMETER_OWN_MOUNTS:-} ]]; then
  GAPMETER_OWN_MOUNTS=1 exec unshare --mount "$0" "$package"
fi
root=$(mktemp -d)
trap 'umount "$root/proc" 2>/dev/null; rm -rf --one-file-system "$root"' EXIT

# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
debootstrap --variant=minbase "$release" "$root" >&2
mount --rbind /proc "$root/proc"
cp "$package" "$root/tmp/gapmeter.deb"
chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
  DEBIAN_FRONTEND=noninteractive sh -eux <<'IN_ROOT'
apt-get update --quiet=2
apt-get install --quiet=2 --yes --no-install-recommends /tmp/gapmeter.deb >/dev/null
cd /root
cat >add_up.py <<'END'
import sys
print(sum(range(int(sys.argv[1]))))
END
cat >add_up.cpp <<'END'
#include <cstdio>
#include <cstdlib>
int main(int, char** argv) {
  const long n = std::atol(argv[1]);
  long sum = 0;
  for (long i = 0; i < n; ++i) sum += i;
  std::printf("%ld\n", sum);
}
END
g++ -O2 -o add_up add_up.cpp
set -- --command 'python/script=python3 add_up.py {n}' --command 'native/cpp=./add_up {n}'
gapmeter list "$@" --sizes 1k,1M
gapmeter run "$@" --sizes 1k,1M --quick --rounds 3 --out commands
gapmeter report commands
# A verdict or none: this machine may be busy.
gapmeter ab --command 'python3 add_up.py 1000' --command './add_up 1000' --budget 20s ||
  test $? -eq 3 -o $? -eq 1
gapmeter new my_suite
gapmeter list --suite my_suite --check
gapmeter run --suite my_suite --quick --rounds 3 --out run
gapmeter report run
cd my_suite
git init --quiet
git add --all
git -c user.name=user -c user.email=user@localhost commit --quiet --message 'The suite'
gapmeter ab --suite . --sizes 4Ki --budget 20s || test $? -eq 3 -o $? -eq 1
gapmeter run --kernels sum --quick --rounds 1
IN_ROOT
