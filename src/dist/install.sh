#!/bin/sh
# Puts Kindling where the system looks for it, or takes it away again: `make install` and
# `make uninstall` call it, with the variables of src/dist/install.mk in the environment.
#
#   install.sh install|uninstall PROGRAM
#
# What an administrator changes (the configuration) is never overwritten and never taken away.
set -eu
umask 022

action=$1 program=$2
etc=$SYSCONFDIR/kindling
doc=$PREFIX/share/doc/kindling
data=$PREFIX/share/kindling

case $SERVICE in
systemd) log_to=journal reload='systemctl reload kindling' ;;
openrc) log_to=syslog reload='rc-service kindling reload' ;;
FreeBSD) log_to=syslog reload='service kindling reload' ;;
OpenBSD) log_to=syslog reload='rcctl reload kindling' ;;
none) log_to=stderr reload='kill -HUP THE-SERVER' ;;
*)
	echo "install: SERVICE is systemd, openrc, FreeBSD, OpenBSD or none, not $SERVICE" >&2
	exit 2
	;;
esac
case $SERVICE in
*BSD) state=/var/db/kindling run=/var/run/kindling ;;
*) state=/var/lib/kindling run=/run/kindling ;;
esac

# put MODE SOURCE DESTINATION, or its opposite: the same calls serve both.
put() {
	rm -f "$DESTDIR$3"
	[ "$action" = install ] || return 0
	mkdir -p "$(dirname "$DESTDIR$3")"
	cat "$2" >"$DESTDIR$3"
	chmod "$1" "$DESTDIR$3"
}

# The same for a template: its places for paths are filled.
put_filled() {
	put "$@"
	[ "$action" = install ] || return 0
	sed -e "s|@BIN@|$PREFIX/bin|g" -e "s|@ETC@|$etc|g" -e "s|@DOC@|$doc|g" -e "s|@DATA@|$data|g" \
		-e "s|@STATE@|$state|g" -e "s|@RUN@|$run|g" -e "s|@LOG_TO@|$log_to|g" \
		-e "s|@RELOAD@|$reload|g" "$2" >"$DESTDIR$3"
}

# The same for what an administrator changes.
put_once() {
	[ "$action" = install ] || return 0
	if [ -e "$DESTDIR$3" ]; then
		echo "$3 is there already and stays as it is"
	else
		put_filled "$@"
	fi
}

put 755 "$program" "$PREFIX/bin/kindling"
for page in src/dist/*.[1-9]; do
	put 644 "$page" "$MANDIR/man${page##*.}/${page##*/}"
done
put 644 README.md "$doc/README.md"
put 644 LICENSE "$doc/LICENSE"
put 644 src/dist/kindling.conf "$doc/kindling.conf"
find capsule -type f | while read -r file; do
	put 644 "$file" "$data/$file"
done
put 644 src/dist/completions/kindling.bash "$PREFIX/share/bash-completion/completions/kindling"
put 644 src/dist/completions/_kindling "$ZSHDIR/_kindling"
put 644 src/dist/completions/kindling.fish \
	"$PREFIX/share/fish/vendor_completions.d/kindling.fish"

put_once 644 src/dist/service.conf "$etc/kindling.conf"

case $SERVICE in
systemd)
	put_filled 644 src/dist/systemd/kindling.service "$UNITDIR/kindling.service"
	put 644 src/dist/systemd/kindling.socket "$UNITDIR/kindling.socket"
	put 644 src/dist/systemd/kindling.sysusers "$PREFIX/lib/sysusers.d/kindling.conf"
	put 644 src/dist/systemd/kindling.tmpfiles "$PREFIX/lib/tmpfiles.d/kindling.conf"
	;;
openrc)
	put_filled 755 src/dist/openrc/kindling.initd "$SYSCONFDIR/init.d/kindling"
	put_once 644 src/dist/openrc/kindling.confd "$SYSCONFDIR/conf.d/kindling"
	;;
FreeBSD) put_filled 755 src/dist/rc.d/kindling.freebsd "$PREFIX/etc/rc.d/kindling" ;;
OpenBSD) put_filled 755 src/dist/rc.d/kindling.openbsd /etc/rc.d/kindling ;;
esac
case $SERVICE in
systemd | openrc) put 644 src/dist/logrotate "$SYSCONFDIR/logrotate.d/kindling" ;;
esac

if [ "$action" = uninstall ]; then
	find "$DESTDIR$data" "$DESTDIR$doc" -depth -type d -exec rmdir {} + 2>/dev/null || true
	echo "What is yours is left: $etc, $state and /var/log/kindling"
else
	echo "Installed below $PREFIX; the configuration is $etc/kindling.conf"
fi
