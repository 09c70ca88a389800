#!/bin/sh
# Kindling's service under OpenRC, from start to stop: packages.sh runs this inside a root of its own,
# where OpenRC is installed but is not the first process.
set -eu

fail() {
	echo "openrc: $*" >&2
	tail -n 20 "$log" >&2 || true
	exit 1
}

serves() { # NAME
	printf 'gemini://%s/\r\n' "$1" |
		timeout 20 openssl s_client -quiet -connect 127.0.0.1:1965 -servername "$1" \
			2>/dev/null | head -n 1 | grep -q '^20 '
}

# within SECONDS COMMAND...
within() {
	rounds=$(($1 * 10))
	shift
	until "$@"; do
		rounds=$((rounds - 1))
		[ $rounds -gt 0 ] || return 1
		sleep 0.1
	done
}

is_gone() {
	! pgrep -u kindling >/dev/null
}

# Who was there before the log was opened anew still writes into the old one.
logs_requests() {
	serves localhost && grep -q '"localhost/' $log
}

log=/var/log/kindling/kindling.log
conf=/etc/kindling/kindling.conf
ip link set lo up
mkdir -p /run/openrc
touch /run/openrc/softlevel
sed -i "s|\"syslog\"|\"$log\"|; s|^listen .*|listen = {\"127.0.0.1:1965\"}|" $conf

rc-service --nodeps kindling start || fail 'it does not start'
serves localhost || fail 'it does not serve'
[ "$(ps -o user= -C kindling | sort -u)" = kindling ] || fail 'it runs as root'
rc-service --nodeps kindling status || fail 'its status is wrong'

sed -i 's/^\tcerts/\taliases = {"capsule.example.org"}\n\tcerts/' $conf
rc-service --nodeps kindling reload || fail 'it does not reload'
within 30 serves capsule.example.org || fail 'the new name is not served'

mv $log $log.1
rc-service --nodeps kindling rotate || fail 'it does not rotate its log'
within 30 logs_requests || fail 'no request is logged any more'

rc-service --nodeps kindling stop || fail 'it does not stop'
is_gone || fail 'something still runs'

# What is wrong is said where the administrator is.
echo 'no_such_option = 1' >>$conf
if rc-service --nodeps kindling start >/tmp/out 2>&1; then
	fail 'it started with a mistake in its configuration'
fi
grep -q 'kindling.conf:.*no_such_option' /tmp/out || fail "the mistake is not named: $(cat /tmp/out)"
