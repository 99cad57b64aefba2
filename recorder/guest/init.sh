#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# The guest's first process: loads modules, switches the traces on, takes the allocator's state before and after the
# workload, and leaves all of it on the second disk. What it does is said in docs/recording.md.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev
mount -t tracefs none /sys/kernel/tracing
mkdir -p /tmp /mnt /out; mount -t tmpfs none /tmp
word() { sed -n "s/.*guestmem\.$1=\([^ ]*\).*/\1/p" /proc/cmdline; }
fail() { echo "RECORDER FAILED: $*" > /dev/console; poweroff -f; }
load() { [ ! -f "/mod/$1.ko" ] || insmod "/mod/$1.ko" 2> /tmp/error || fail "module $1: $(cat /tmp/error)"; }

# pace DONE ALL WHAT: for whoever waits on the other side of the console; the recording has none of it
pace() { echo "RECORDER PACE $*" > /dev/console; }
ALL=$(cat /mod/order /events.first /events.second /probes.second | wc -l); STEPS=0
step() { STEPS=$((STEPS + 1)); pace $STEPS $ALL steps; }

for module in $(cat /mod/order); do load "$module"; step; done
n=0; until [ -b /dev/vdb ] || [ $n -gt 100 ]; do usleep 100000; n=$((n + 1)); done
mount -t ext4 -o ro /dev/vda /mnt || fail "the disk of programs cannot be mounted"
mount -t ext4 /dev/vdb /out || fail "the disk for what is recorded cannot be mounted"
ifconfig lo 127.0.0.1 up
mkdir -p /cg && mount -t cgroup2 none /cg && echo +memory > /cg/cgroup.subtree_control || fail "no cgroups"

T=/sys/kernel/tracing
X=$T/instances/second
KB=$(word buffer)
echo 0 > $T/tracing_on
echo nop > $T/current_tracer
echo "$KB" > $T/buffer_size_kb
[ "$(nproc)" = 1 ] || echo global > $T/trace_clock
for event in $(cat /events.first); do
  echo 1 > $T/events/$event/enable 2> /dev/null || echo "$event" >> /out/missing
  step
done
# pages of the bulk allocator carry no mm_page_alloc: how many each call took
for bulk in alloc_pages_bulk_noprof __alloc_pages_bulk; do
  grep -q " $bulk\$" /proc/kallsyms || continue
  echo "p:page_bulk_begin $bulk gfp=%di:x32 nr=%cx:s32" >> $T/kprobe_events
  echo "r:page_bulk_end $bulk taken=\$retval:s64" >> $T/kprobe_events
  echo 1 > $T/events/kprobes/enable
  break
done
mkdir $X; echo 0 > $X/tracing_on; echo $((KB / 8)) > $X/buffer_size_kb
[ "$(nproc)" = 1 ] || echo global > $X/trace_clock
while read -r kind name function arguments; do
  if grep -q " $function\$" /proc/kallsyms; then echo "$kind:second/$name $function $arguments" >> $T/kprobe_events
  else echo "$name" >> /out/missing; fi
  step
done < /probes.second
for event in $(cat /events.second) second; do
  echo 1 > $X/events/$event/enable 2> /dev/null || echo "$event" >> /out/missing
  step
done

# entries FILE: how many events the buffers of all processors hold
entries() { awk '/^entries:/ { n += $2 } END { print n + 0 }' "$1"; }
# written EVENTS FROM TO: copies a trace; about how far it is follows from the length of its first thousand lines
written() {
  cat $2 > $3 & PID=$!
  while sleep 1; alive; do pace $(($(stat -c %s $3) * 1000 / ($(head -n 1000 $3 | wc -c) + 1))) $1 events; done
  wait $PID
}

uname -a > /out/uname; cat /proc/cmdline > /out/cmdline; cat /proc/zoneinfo > /out/zoneinfo.before
echo > $T/trace; echo > $X/trace
echo 1 > $X/tracing_on; echo 1 > $T/tracing_on
echo start > /proc/pagestate
cat /proc/pagestate > /out/pagestate.start
load virtio_balloon; load virtio_mem
. /lib.sh
echo "RECORDER READY" > /dev/console
cd /mnt/workload && . ./run.sh
echo "RECORDER WORKED" > /dev/console
n=$(word settle); sleep "${n:-0}"
echo end > /proc/pagestate
echo 0 > $T/tracing_on; echo 0 > $X/tracing_on
cat /proc/pagestate > /out/pagestate.end
for file in zoneinfo buddyinfo pagetypeinfo vmstat; do cat /proc/$file > /out/$file.after; done
cat $T/per_cpu/cpu*/stats > /out/tracestats; cat $X/per_cpu/cpu*/stats > /out/extrastats
written "$(entries /out/tracestats)" $T/trace /out/trace.txt
written "$(entries /out/extrastats)" $X/trace /out/extra.txt
dmesg > /out/dmesg
cd /; umount /out || fail "what is recorded cannot be written"
sync
echo "RECORDER DONE" > /dev/console
poweroff -f
