#!/bin/sh
# What `make install` and `make uninstall` put where, for each kind of system. Needs no root: it all
# goes into a folder. packages.sh tests what becomes of it in a real system.
#
#   install.sh BUILD     where the program is built already
set -u
build=$1
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
# This make is nobody's child: the variables of the one that runs the tests are not meant for it.
unset MAKEFLAGS MAKELEVEL MFLAGS

# verdict NAME: a test; standard input is the list of what is wrong.
verdict() {
	wrong=$(cat)
	if [ -z "$wrong" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		echo "$wrong" | sed 's/^/# /'
	fi
}

skip() { # NAME REASON
	echo "ok - $1 # SKIP $2"
}

run_make() { # TARGET SERVICE
	make -s --no-print-directory "$1" SERVICE="$2" BUILD="$build" PREFIX="$temp/$2/usr" \
		SYSCONFDIR="$temp/$2/etc" UNITDIR="$temp/$2/units" DESTDIR= 2>&1
}

# Each file of the list is there; nothing says @SOMETHING@ any more; no service points elsewhere.
look() { # SERVICE FILE...
	service=$1
	top=$temp/$service
	shift
	for file in usr/bin/kindling usr/share/man/man8/kindling.8 usr/share/kindling/capsule/index.gmi \
		etc/kindling/kindling.conf "$@"; do
		[ -s "$top/$file" ] || echo "$file is missing"
	done
	[ -x "$top/usr/bin/kindling" ] || echo "usr/bin/kindling is no program"
	grep -rnE '@[A-Z]+@' "$top/etc" "$top/usr/lib" "$top/units" 2>/dev/null
	find "$top" -perm /022 ! -type l
}

all_tests() {
	for service in systemd openrc FreeBSD none; do
		case $service in
		systemd) files='units/kindling.service units/kindling.socket
			usr/lib/sysusers.d/kindling.conf usr/lib/tmpfiles.d/kindling.conf' ;;
		openrc) files='etc/init.d/kindling etc/conf.d/kindling' ;;
		FreeBSD) files='usr/etc/rc.d/kindling' ;;
		none) files= ;;
		esac
		# shellcheck disable=SC2086 # several files
		{ run_make install $service && look $service $files; } |
			grep -v '^Installed below' | verdict "make install for $service"
		conf=$temp/$service/etc/kindling/kindling.conf
		echo '# mine' >>"$conf"
		{
			run_make install $service | grep -q 'stays as it is' ||
				echo 'it does not say that the configuration stays'
			grep -q '^# mine' "$conf" || echo 'the configuration was written over'
			run_make uninstall $service | grep -v '^What is yours'
			find "$temp/$service" -type f ! -path "$conf" ! -path '*/conf.d/*'
			[ -e "$conf" ] || echo 'the configuration is gone'
		} | verdict "make uninstall for $service"
		run_make install $service >/dev/null
	done
	DESTDIR=$temp/openbsd PREFIX=/usr/local SYSCONFDIR=/etc MANDIR=/usr/local/man UNITDIR=/none \
		ZSHDIR=/none SERVICE=OpenBSD sh src/dist/install.sh install "$build/kindling" 2>&1 |
		grep -v '^Installed below' | verdict "OpenBSD's files too"

	for script in openrc/etc/init.d/kindling FreeBSD/usr/etc/rc.d/kindling \
		openbsd/etc/rc.d/kindling openrc/etc/conf.d/kindling; do
		sh -n "$temp/$script" 2>&1
		[ -x "$temp/$script" ] || [ "${script#*conf.d}" != "$script" ] ||
			echo "$script cannot be run"
	done | verdict 'the service scripts are scripts'

	if command -v systemd-analyze >/dev/null; then
		unit=$temp/systemd/units/kindling.service
		systemd-analyze verify --man=no "$unit" "$temp/systemd/units/kindling.socket" 2>&1 |
			verdict 'systemd understands its units'
		{ systemd-analyze security --offline=true --threshold=20 --no-pager "$unit" \
			>"$temp/exposure" 2>&1 || tail -n 1 "$temp/exposure"; } |
			verdict 'systemd calls its exposure 2.0 at most'
	else
		skip 'systemd understands its units' 'systemd-analyze is not installed'
	fi
}

all_tests >"$temp/results"
awk '/^(not )?ok/ {sub(/ok/, "ok " ++count)} {print} END {print "1.." count}' "$temp/results"
! grep -q '^not ok' "$temp/results"
