import { type Client, step } from './client.js';

// Of every container; the runtime is told to containerd by name and path.
const run = 'ctr run --runtime io.containerd.runc.v2 --runc-binary $RUNTIME --snapshotter overlayfs';
const image = 'localhost/bb:1';

/** A task that says when it is ready, and ends with 9 when it is told to. */
const life = `sh -c 'trap "echo term; exit 9" TERM; echo ready; while :; do sleep 0.1; done'`;

export const containerd: Client = {
  name: 'containerd',
  needs: ['containerd', 'ctr'],
  version: 'containerd --version | cut -d " " -f 1-3; ctr --version',
  prepare: `
cat > $D/containerd.toml <<END
version = 2
root = "$D/containerd"
state = "$D/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
address = "$D/run/containerd.sock"
[ttrpc]
address = "$D/run/containerd.sock.ttrpc"
END
cat > $D/bin/ctr <<END
#!/bin/sh
exec /usr/bin/ctr -a $D/run/containerd.sock "\\$@"
END
chmod +x $D/bin/ctr
containerd --config $D/containerd.toml >$D/containerd.log 2>&1 </dev/null &
await ctr version
ctr image import --snapshotter overlayfs $D/image.tar
`,
  steps: [
    step('run', `${run} --rm ${image} a echo hello`),
    step('run: exit code', `${run} --rm ${image} a sh -c 'exit 7'`),
    step('run: both outputs', `${run} --rm ${image} a sh -c 'echo out; echo err >&2'`),
    step('run -t', `terminal "${run} --rm -t ${image} a sh -c 'tty; exit 5'"`),
    step('run: a missing command', `${run} --rm ${image} a missing`, /missing\\*": executable file not found in \$PATH/),
    step('run: not executable', `${run} --rm ${image} a /etc/passwd`, /permission denied/),
    step('run: after one that failed', `ctr container rm a; ${run} --rm ${image} a echo again`),
    step(
      'run --detach',
      `${run} -d --memory-limit 67108864 ${image} life ${life} >$D/life.log 2>&1; await sh -c 'ctr task ls | grep life'; ctr task ls | tr -s ' ' | cut -d ' ' -f 1,3`,
    ),
    step('task exec', 'ctr task exec --exec-id e1 life echo inside'),
    step('task exec: exit code', "ctr task exec --exec-id e2 life sh -c 'exit 3'"),
    step('task exec -t', 'terminal "ctr task exec -t --exec-id e3 life sh -c \'tty; exit 4\'"'),
    step('task exec: user and folder', "ctr task exec --exec-id e4 --user 1000:50 --cwd /tmp life sh -c 'id; pwd'"),
    step(
      'task exec: namespaces',
      "ctr task exec --exec-id e5 life sh -c 'for n in mnt pid net uts ipc; do [ /proc/1/ns/$n -ef /proc/self/ns/$n ] && echo $n; done'",
    ),
    step(
      'task exec: is confined alike',
      "ctr task exec --exec-id e6 life grep -E '^(Cap|NoNewPrivs)' /proc/self/status; ctr task exec --exec-id e7 life cut -d: -f2- /proc/self/cgroup",
    ),
    step('task exec: a missing command', 'ctr task exec --exec-id e8 life missing', /missing\\*": executable file not found in \$PATH/),
    step(
      'task exec -d',
      'ctr task exec -d --exec-id e9 life touch /tmp/detached; await ctr task exec --exec-id e10 life test -e /tmp/detached && echo done',
    ),
    step('task ps', 'ctr task ps life | tail -n +2 | wc -l'),
    step(
      'task metrics',
      "ctr task metrics life | tr -s ' ' | grep -E '^(ID|pids.limit|memory.usage)' | cut -d ' ' -f 1-2 | sed 's/usage.*/usage/'",
    ),
    step('task pause', 'ctr task pause life; ctr task ls | tr -s " " | cut -d " " -f 1,3'),
    step('task exec: while paused', 'ctr task exec --exec-id e11 life true', /paused/),
    step('task resume', 'ctr task resume life; ctr task ls | tr -s " " | cut -d " " -f 1,3; ctr task exec --exec-id e12 life echo again'),
    step(
      'task attach',
      '(ctr task attach life >$D/attach.log; echo $?) & sleep 0.3; ctr task kill -s TERM life; wait; grep term $D/attach.log',
    ),
    step(
      'task start',
      'ctr task start -d life >/dev/null; ctr task ls | tr -s " " | cut -d " " -f 1,3; ctr task kill -s KILL life; await sh -c "ctr task ls | grep STOPPED"; ctr task rm life',
    ),
    step(
      'task kill --all',
      `${run} -d ${image} many sh -c 'sleep 100 & sleep 100 & wait' >/dev/null; ctr task kill --all -s KILL many; await sh -c "ctr task ls | grep STOPPED"; ctr task rm many; ctr container rm many`,
    ),
    step(
      'task kill: when stopped',
      'ctr task start -d life >/dev/null; ctr task kill -s KILL life; await sh -c "ctr task ls | grep STOPPED"; ctr task kill life',
      /process already finished|not found/,
    ),
    step(
      'task rm --force',
      'ctr task rm life; ctr task start -d life >/dev/null; ctr task rm -f life; ctr container rm life; ctr task ls | wc -l; ctr container ls -q',
    ),
    step('pid host', `${run} --rm --with-ns pid:/proc/1/ns/pid ${image} a sh -c '[ $$ != 1 ] && echo host'`),
    step(
      'join a network namespace',
      `ip netns add joined; ip -n joined link set lo up; ${run} --rm --with-ns network:/run/netns/joined ${image} a ip -o -4 addr show lo | tr -s ' ' | cut -d ' ' -f 4; ip netns del joined`,
    ),
    step('network: host', `${run} --rm --net-host ${image} a ip -o link | cut -d: -f 2`),
    step('network: none', `${run} --rm ${image} a ip -o link | cut -d: -f 2`),
    step(
      'mounts',
      `${run} --rm ${image} a sh -c 'cut -d" " -f2-4 /proc/mounts | sed -E "s/,?(lowerdir|upperdir|workdir|size|inode64|relatime)[^,]*//g"'`,
    ),
    step(
      'a bind mount',
      `mkdir $D/data; ${run} --rm --mount type=bind,src=$D/data,dst=/data,options=rbind:rw ${image} a sh -c 'echo written > /data/file'; cat $D/data/file`,
    ),
    step(
      'a read-only bind mount',
      `${run} --rm --mount type=bind,src=$D/data,dst=/data,options=rbind:ro ${image} a sh -c 'cat /data/file; touch /data/no'`,
    ),
    step('read-only', `${run} --rm --read-only ${image} a touch /file`),
    step('folder and environment', `${run} --rm --cwd /tmp --env A=b ${image} a sh -c 'pwd; echo $A'`),
    step(
      '--uidmap',
      `${run} --rm --uidmap 0:100000:65536 --gidmap 0:100000:65536 ${image} a sh -c 'tr -s " " < /proc/self/uid_map; id -u; touch /tmp/x && echo wrote'`,
    ),
    step('capabilities', `${run} --rm --cap-drop CAP_CHOWN --cap-add CAP_NET_ADMIN ${image} a grep Cap /proc/self/status`),
    step('--privileged', `${run} --rm --privileged ${image} a sh -c 'grep CapEff /proc/self/status'`),
    step('--device', `${run} --rm --device /dev/fuse ${image} a sh -c 'stat -c "%A %t,%T" /dev/fuse; head -c 0 /dev/fuse && echo opened'`),
    step(
      'limits',
      `${run} -d --memory-limit 67108864 --cpus 0.5 ${image} lim sleep 100; cd /sys/fs/cgroup; cat memory/default/lim/memory.limit_in_bytes cpu/default/lim/cpu.cfs_quota_us; ctr task rm -f lim; ctr container rm lim`,
    ),
    step('limits: out of memory', `${run} --rm --memory-limit 16777216 ${image} a sh -c 'tail /dev/zero; echo $?'`),
    step('--cgroup', `${run} --rm --cgroup /standpipe-parent/a ${image} a grep pids /proc/self/cgroup | sed -E 's/^[0-9]+//'`),
    step('--seccomp', `${run} --rm --seccomp ${image} a grep Seccomp: /proc/self/status`),
    step('--pid-file', `${run} --rm --pid-file $D/pid ${image} a true; grep -cE '^[0-9]+$' $D/pid`),
    step('no other descriptors', `${run} --rm ${image} a sh -c 'ls /proc/self/fd | wc -l'`),
    step('many at once', `for i in 1 2 3 4 5 6; do ${run} --rm ${image} many$i echo $i & done | sort; wait; ctr container ls -q`),
    step(
      'nothing is left',
      "ctr task ls -q; ctr container ls -q; ls $D/run/containerd/io.containerd.runtime.v2.task/default; find /run/containerd/runc /run/standpipe -mindepth 2 2>/dev/null; find /sys/fs/cgroup -path '*/default/*' -type d; ps ax -o args | grep -c '[c]ontainerd-shim'",
    ),
  ],
};
