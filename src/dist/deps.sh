#!/bin/sh
# Installs what Kindling needs, with the package manager of this machine: `make deps` calls it.
#
#   deps.sh run      to build and run it
#   deps.sh test     also what `make test` and `make fuzz` need
#   deps.sh analyse  also what `make analyse` and `make coverage` need
#   deps.sh deb      also what `make deb` needs (apt only)
#   deps.sh packages also what `make test-packages` needs (apt only)
#   deps.sh image    also what `make test-image` needs (apt only)
#   deps.sh clients  also what `make test-clients` needs (apt only)
#   deps.sh bench    also the servers that `make bench` compares with (apt only)
#
# Several may be named at once.
#
# One line says what will be installed, or that nothing is missing; then nothing is touched.
set -eu

die() {
	printf 'deps: %s\n' "$*" >&2
	exit 1
}

# The names of one manager's packages for one purpose; names differ, so each has its own list.
list() {
	case $1-$2 in
	apt-run) echo gcc libc6-dev make pkg-config libssl-dev libuv1-dev libmagic-dev \
		libsqlite3-dev libconfuse-dev libidn2-dev libunistring-dev libseccomp-dev ;;
	apt-test) echo libcmocka-dev clang libclang-rt-dev libxml2-utils openssl shellcheck mandoc ;;
	apt-analyse) echo clang-tidy cppcheck gcovr ;;
	# Without libqt5svg5, kristall has no icons.
	apt-clients) echo amfora bombadillo kristall libqt5svg5 xvfb openbox tmux xdotool \
		imagemagick openssl ;;
	apt-deb) echo build-essential dpkg-dev debhelper ;;
	apt-packages) echo debootstrap lintian openssl procps util-linux ;;
	apt-image) echo podman openssl ;;
	apt-bench) echo molly-brown nginx-light ;;
	dnf-run) echo gcc make pkgconf-pkg-config openssl-devel libuv-devel file-devel \
		sqlite-devel libconfuse-devel libidn2-devel libunistring-devel libseccomp-devel ;;
	dnf-test) echo libasan libubsan libcmocka-devel clang compiler-rt libxml2 openssl ShellCheck \
		mandoc ;;
	dnf-analyse) echo clang-tools-extra cppcheck gcovr ;;
	pacman-run) echo gcc make pkgconf openssl libuv file sqlite confuse libidn2 libunistring \
		libseccomp ;;
	pacman-test) echo cmocka clang compiler-rt libxml2 shellcheck ;;
	pacman-analyse) echo clang cppcheck gcovr ;;
	apk-run) echo gcc musl-dev linux-headers make pkgconf openssl-dev libuv-dev file-dev \
		sqlite-dev confuse-dev libidn2-dev libunistring-dev libseccomp-dev ;;
	apk-test) echo cmocka-dev clang compiler-rt libxml2-utils openssl shellcheck mandoc ;;
	apk-analyse) echo clang-extra-tools cppcheck gcovr ;;
	pkg-run) echo gmake pkgconf libuv sqlite3 libconfuse libidn2 libunistring ;;
	pkg-test) echo cmocka libxml2 hs-ShellCheck ;;
	brew-run) echo make pkgconf openssl@3 libuv libmagic sqlite confuse libidn2 libunistring ;;
	brew-test) echo cmocka libxml2 llvm shellcheck mandoc ;;
	brew-analyse) echo llvm cppcheck gcovr ;;
	*) die "what $2 needs is known for apt only; install by hand what it asks for" ;;
	esac
}

manager() {
	for program in apt-get dnf pacman apk pkg brew; do
		if command -v $program >/dev/null; then
			echo "${program%-get}"
			return
		fi
	done
}

installed() {
	case $manager in
	# A package that was removed but left its configuration is known to dpkg, yet not there.
	apt) [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$1" | head -n 1)" = installed ] ;;
	dnf) rpm -q "$1" ;;
	pacman) pacman -T "$1" ;;
	apk) apk info -e "$1" ;;
	pkg) pkg info -e "$1" ;;
	brew) brew list "$1" ;;
	esac >/dev/null 2>&1
}

# The commands that install $missing, one a line. The names hold no blanks.
commands() {
	case $manager in
	apt) cat <<-END
		apt-get -q -o DPkg::Lock::Timeout=120 update
		env DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=120 install --no-install-recommends$missing
		END
		;;
	dnf) echo "dnf -y install$missing" ;;
	pacman) echo "pacman -Sy --needed --noconfirm$missing" ;;
	apk) echo "apk add --update-cache$missing" ;;
	pkg) echo "env ASSUME_ALWAYS_YES=yes pkg install$missing" ;;
	brew) echo "brew install$missing" ;;
	esac
}

usage() {
	echo 'usage: deps.sh run|test|analyse|deb|packages|clients|bench...' >&2
	exit 2
}

[ $# -gt 0 ] || usage
for purpose in "$@"; do
	case $purpose in
	run | test | analyse | deb | packages | clients | bench) ;;
	*) usage ;;
	esac
done

manager=$(manager)
[ -n "$manager" ] ||
	die 'none of apt, dnf, pacman, apk, pkg and brew is here; the README lists what to install by hand'

missing=
for purpose in run "$@"; do
	packages=$(list "$manager" "$purpose")
	for package in $packages; do
		case "$missing " in
		*" $package "*) ;;
		*) installed "$package" || missing="$missing $package" ;;
		esac
	done
done
if [ -z "$missing" ]; then
	echo 'deps: nothing is missing'
	exit 0
fi

as_root=
if [ "$manager" != brew ] && [ "$(id -u)" -ne 0 ]; then
	as_root=$(command -v sudo || command -v doas) || {
		echo "deps: missing:$missing; as root, please run:" >&2
		commands | sed 's/^/    /' >&2
		exit 1
	}
fi

echo "deps: installing with $manager:$missing"
# The commands come on descriptor 3, so that none of them reads another one from standard input.
while read -r command <&3; do
	# shellcheck disable=SC2086 # the words of a command are meant to be split
	$as_root $command || die "this failed (its own words are above): $command"
done 3<<END
$(commands)
END
