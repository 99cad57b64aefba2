# SPDX-License-Identifier: MIT
# What a workload's run.sh can call.

# mark TEXT…: a line in the trace
mark() { echo "guestmem $*" > /sys/kernel/tracing/trace_marker; }

# A container: a chroot over an overlay of the disk of programs, in a memory cgroup of its own.
# container NAME COMMAND…: starts it; its process is $PID. It reads commands from descriptor 7 and answers on 8.
container() {
  NAME=$1; shift
  mkdir -p /tmp/c/$NAME; mount -t tmpfs none /tmp/c/$NAME
  mkdir -p /tmp/c/$NAME/u /tmp/c/$NAME/w /tmp/c/$NAME/m /cg/$NAME
  mount -t overlay overlay -o lowerdir=/mnt,upperdir=/tmp/c/$NAME/u,workdir=/tmp/c/$NAME/w /tmp/c/$NAME/m
  mount --bind /dev /tmp/c/$NAME/m/dev; mount -t proc none /tmp/c/$NAME/m/proc
  mkfifo /tmp/c/$NAME/in /tmp/c/$NAME/out
  exec 7<> /tmp/c/$NAME/in 8<> /tmp/c/$NAME/out
  ( echo 0 > /cg/$NAME/cgroup.procs
    exec chroot /tmp/c/$NAME/m "$@" < /tmp/c/$NAME/in > /tmp/c/$NAME/out 2>> /out/stderr 7>&- 8>&- ) &
  PID=$!
  STARTED=$PID
  mark process $NAME $PID
}

# alive: whether the container's process has not ended; by builtins only, which start no process
alive() {
  while read -r KEY STATE _; do
    [ "$KEY" != State: ] || { [ "$STATE" != Z ]; return; }
  done < /proc/$PID/status
  return 1
} 2> /dev/null

# ask WORD…: a command to the container's driver, and its answer in $ANSWER; a driver that has ended ends the recording
ask() { echo "$*" >&7; answer; }
answer() {
  WAITED=0
  until read -r -t 5 ANSWER <&8; do
    WAITED=$((WAITED + 5))
    alive || fail "$NAME ended, last: $(grep . /out/stderr | tail -n 1)"
    [ $WAITED -lt 600 ] || fail "no answer of $NAME in 10 minutes"
  done
}

# destroy: kills the container that was started last, and takes what is left of it away
destroy() {
  kill -9 $PID $STARTED 2> /dev/null; wait $STARTED 2> /dev/null
  exec 7>&- 8>&-
  n=0; until umount /tmp/c/$NAME/m/proc /tmp/c/$NAME/m/dev /tmp/c/$NAME/m 2> /dev/null || [ $n -gt 50 ]; do usleep 100000; n=$((n + 1)); done
  umount /tmp/c/$NAME; rmdir /cg/$NAME
}

# expect N: how many calls the workload makes in all
expect() { EXPECTED=$1; }
# called: one more call of all; every tenth is told
called() {
  mark called $NAME $1
  CALLED=$((CALLED + 1))
  [ $((CALLED % 10)) != 0 ] || pace $CALLED ${EXPECTED:-0} calls
}

# sample LABEL: what the container's process holds now, as a line of `samples` and a mark of the trace
sample() {
  mark sample $NAME $1
  { echo -n "$NAME $1 "; /measure $PID "$2"; echo -n " "
    awk '/^(anon|file|kernel|pagetables|slab|percpu|kernel_stack) /{printf "cg_%s=%d ", $1, $2/1024}' /cg/$NAME/memory.stat
    awk '/^Cached:/{printf "cached=%d\n", $2}' /proc/meminfo; } >> /out/samples
}

# call N: call N of the container, with what it touches and writes
call() {
  /measure $PID clear
  mark call $NAME $1
  ask call $1
  called $1
  sample call-$1
}

# calls FROM TO: calls of which only the resident set is kept
calls() {
  i=$1; while [ $i -le $2 ]; do
    mark call $NAME $i; ask call $i; called $i
    echo "$NAME quick-$i $(/measure $PID quick)" >> /out/samples
    i=$((i + 1))
  done
}

# life NAME COMMAND…: a container from its start to its end, with 100 calls
life() {
  mark start $1
  container "$@"; answer
  mark ready $NAME
  [ "$ANSWER" = ready ] || fail "$NAME is not ready: $ANSWER"
  sample ready
  call 1; calls 2 9; call 10; calls 11 99; call 100
  mark end $NAME
  destroy
  mark ended $NAME
}

# forked NAME COMMAND…: the same calls in a child forked from a container that has had none
forked() {
  container "$@"; answer
  [ "$ANSWER" = ready ] || fail "$NAME is not ready: $ANSWER"
  ask fork
  case $ANSWER in forked*) ;; *) echo "$NAME no-fork" >> /out/samples; destroy; return 0;; esac
  PID=${ANSWER#forked }
  mark process $NAME $PID
  sample ready
  call 1; calls 2 9; call 10; calls 11 99; call 100
  destroy
}
