#!/usr/bin/env bash
# The tests of this package in a virtual machine, where they have cgroup v2 with
# all its controllers: limits are enforced, and OOM kills are seen.
#
#   KERNEL=IMAGE ./vm.sh [ARGUMENT OF THE TEST BINARY]...
#
# Without an argument, all tests, verbosely. They end after 15 minutes, unless an
# argument is another -test.timeout; the machine ends after TIMEOUT, by default 20m.
#
# KERNEL is a Linux kernel for x86-64; without it, /boot/vmlinuz. Debian has one
# in linux-image-cloud-amd64, and the rest in qemu-system-x86, cpio, iproute2,
# procps. ACCEL is QEMU's accelerator: tcg, which is slow and works anywhere, or
# kvm.
set -euo pipefail

kernel=${KERNEL:-/boot/vmlinuz}
[[ $kernel == /* ]] || kernel=$PWD/$kernel
cd "$(dirname "$0")"
[ -r "$kernel" ] || { echo "vm.sh: there is no kernel $kernel: set KERNEL to one" >&2; exit 2; }
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
root=$temp/root

mkdir -p "$root"/{proc,sys,dev,tmp,etc,work,usr/bin}
ln -s usr/bin "$root/bin"
for program in sh mount ip ps setsid cat echo printf sleep true false env pwd touch head tail wc yes seq tr mkdir ls; do
	cp -L "$(type -P "$program")" "$root/usr/bin/"
done
for library in $(ldd "$root"/usr/bin/* | grep -o '/[^ :)]*' | sort -u); do
	[ -e "$root$library" ] || install -D "$library" "$root$library"
done
CGO_ENABLED=0 go test -c -o "$root/process.test" .
[ ! -d testdata ] || cp -r testdata "$root/work/"
printf '%s\n' -test.timeout=15m "${@:--test.v}" >"$root/arguments"
cat >"$root/init" <<'INIT'
#!/bin/sh
export PATH=/usr/bin HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mount -t cgroup2 none /sys/fs/cgroup
ip link set lo up
cd /work
set --
while read -r argument; do set -- "$@" "$argument"; done </arguments
/process.test "$@" 2>&1
echo "exit status $?"
echo o >/proc/sysrq-trigger
sleep 60
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$temp/initrd"

limit=${TIMEOUT:-20m} status=0
timeout --foreground --kill-after=10s "$limit" \
	qemu-system-x86_64 -accel "${ACCEL:-tcg,thread=multi}" -cpu max -smp 2 -m 3000 -nographic -nodefaults -serial stdio \
	-no-reboot -kernel "$kernel" -initrd "$temp/initrd" -append "console=ttyS0 loglevel=1 panic=-1" |
	tr -d '\r' | tee "$temp/output" || status=$?
case $status in
0) ;;
124 | 137) echo "vm.sh: the machine has not ended in $limit: see what hangs, or set TIMEOUT to more" >&2; exit 1 ;;
*) exit "$status" ;;
esac
grep -qx 'exit status 0' "$temp/output"
