# Throw-away Debian systems to install into, each a folder. Sourced by packages.sh; needs root.
#
# Everything that runs in one has mounts, processes and a network of its own, and ends with the
# script: nothing is left behind but the folders below $roots.
: "${roots:?}" "${temp:?}"
outer='' init='' group='' root=''

# base_root: a bare Debian, kept below $roots for the next time. ROOT_TAR names one that was packed
# before; otherwise debootstrap fetches it, from DEBIAN_MIRROR.
base_root() {
	[ ! -e "$roots/base.made" ] || return 0
	rm -rf "$roots/base"
	mkdir -p "$roots/base"
	if [ -n "${ROOT_TAR-}" ]; then
		tar -xf "$ROOT_TAR" -C "$roots/base"
	else
		codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
		debootstrap --variant=minbase "$codename" "$roots/base" \
			"${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
	fi
	rm -f "$roots/base/etc/apt/sources.list"
	cp -R /etc/apt/. "$roots/base/etc/apt/"
	cp /etc/resolv.conf "$roots/base/etc/"
	in_root "$roots/base" apt-get -qy update
	touch "$roots/base.made"
}

# new_root NAME PACKAGE...: a copy of it with these packages; its folder is $root.
new_root() {
	root=$roots/$1
	shift
	rm -rf "$root"
	cp -a "$roots/base" "$root"
	in_root "$root" apt-get -qy install --no-install-recommends "$@"
}

# in_root ROOT COMMAND...: as in a chroot, with nothing of the outer system but the network.
# shellcheck disable=SC2016 # the inner shell expands
in_root() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		unshare --mount --pid --fork --kill-child sh -euc '
		root=$1
		shift
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		exec chroot "$root" "$@"' sh "$@"
}

# boot: systemd as the first process of $root, in a network that has a loopback and nothing else.
# Its number, as seen from here, is $init.
# shellcheck disable=SC2016 # the inner shell expands
boot() {
	group=$(findmnt -nt cgroup2 -o TARGET | head -n 1)/kindling-test-$$
	mkdir -p "$group/init"
	sh -c 'echo $$ >"$1/init/cgroup.procs" && shift && exec "$@"' sh "$group" \
		unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup sh -euc '
		cd "$1"
		mount --bind . .
		cd "$1"
		mount -t proc proc proc
		mount --bind proc/sys proc/sys
		mount -o remount,ro,bind proc/sys
		mount -t sysfs -o ro sysfs sys
		mount -t cgroup2 cgroup2 sys/fs/cgroup
		mount -t tmpfs -o mode=755 tmpfs dev
		for device in null zero full random urandom tty; do
			touch dev/$device
			mount --bind /dev/$device dev/$device
		done
		mkdir dev/pts dev/shm
		mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
		ln -s pts/ptmx dev/ptmx
		ln -s /proc/self/fd dev/fd
		mount -t tmpfs -o mode=1777 tmpfs dev/shm
		mount -t tmpfs -o mode=755 tmpfs run
		mount -t tmpfs tmpfs tmp
		mkdir -p mnt/outside
		pivot_root . mnt/outside
		umount -l /mnt/outside
		exec env -i container=unshare PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			/lib/systemd/systemd --log-target=console --show-status=yes
		' sh "$root" </dev/null >"$temp/boot.log" 2>&1 &
	outer=$!
	until_true 30 is_booting || complain 'it does not boot' || return 1
	until_true 60 is_up || complain "it does not come up"
}

is_booting() {
	init=$(pgrep -P "$outer") && [ "$(cat "/proc/$init/comm")" = systemd ]
}

is_up() {
	inside systemctl is-system-running | grep -qxE 'running|degraded'
}

# inside COMMAND...: in the system that has booted.
inside() {
	nsenter -t "$init" -a env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@"
}

# halt: and its control groups are given back.
halt() {
	[ -n "$outer" ] || return 0
	# Nothing less ends it; the kernel then ends all that it holds.
	kill -KILL "$outer" 2>/dev/null || true
	wait "$outer" 2>/dev/null || true
	outer=''
	[ ! -d "$group" ] || until_true 10 groups_gone || true
}

groups_gone() {
	find "$group" -depth -type d -exec rmdir {} + && [ ! -d "$group" ]
}
