import { type Client, step } from './client.js';

/** Everything that Podman keeps, below the session's directory. */
export const configurePodman = `
cd $HOME
mkdir -p hooks networks volumes/data
cat > containers.conf <<END
[containers]
log_driver = "k8s-file"
default_sysctls = []
default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]
netns = "none"
[network]
network_backend = "netavark"
network_config_dir = "$HOME/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
volume_path = "$HOME/volumes"
tmp_dir = "$TMPDIR/libpod"
runtime = "$(basename $RUNTIME)"
runtime_supports_json = ["$(basename $RUNTIME)"]
[engine.runtimes]
$(basename $RUNTIME) = ["$RUNTIME"]
END
cat > storage.conf <<END
[storage]
driver = "overlay"
runroot = "$XDG_RUNTIME_DIR/storage"
graphroot = "$HOME/storage"
END
podman load -q -i $D/image.tar
`;

export const podman: Client = {
  name: 'podman',
  needs: ['podman', 'conmon', 'catatonit', 'iptables', 'busybox'],
  needsFiles: [
    { path: '/usr/lib/podman/netavark', debian: 'netavark' },
    { path: '/usr/lib/podman/aardvark-dns', debian: 'aardvark-dns' },
    { path: '/usr/share/containers/seccomp.json', debian: 'golang-github-containers-common' },
  ],
  version: 'podman --version && conmon --version | head -n 1',
  prepare: configurePodman,
  steps: [
    // One command.
    step('run', 'podman run --rm bb:1 echo hello'),
    step('run: exit code', "podman run --rm bb:1 sh -c 'exit 7'"),
    step('run: standard input', 'echo text | podman run --rm -i bb:1 cat'),
    step('run: both outputs', "podman run --rm bb:1 sh -c 'echo out; echo err >&2'"),
    step('run -it', 'terminal "podman run --rm -it bb:1 sh -c \'tty; sleep 0.5; stty size; test -t 2 && exit 5\'"'),
    step('run: a missing command', 'podman run --rm bb:1 missing', /missing\\*": executable file not found in \$PATH/),
    step('run: a missing file', 'podman run --rm bb:1 /missing', /no such file or directory/),
    step('run: not executable', 'podman run --rm bb:1 /etc/passwd', /permission denied/),
    step('run: a directory', 'podman run --rm bb:1 /etc', /permission denied|is a directory/),
    step(
      'run: killed by a signal',
      `podman run --rm bb:1 sh -c 'sh -c "kill -9 \\$\\$"'; podman run --rm --init bb:1 sh -c 'kill -TERM $$'`,
    ),
    step('run --rm left nothing', 'podman ps -aq; ls $HOME/storage/overlay-containers/*.json $XDG_RUNTIME_DIR/storage/overlay-containers'),

    // One container's life.
    step(
      'run -d',
      'podman run -d --name life --stop-signal TERM -m 64m bb:1 sh -c \'trap "echo term; exit 9" TERM; echo ready; while :; do sleep 0.1; done\'',
    ),
    step('logs', 'await sh -c "podman logs life | grep ready"; podman logs life'),
    step('ps', "podman ps --format '{{.Names}} {{.State}} {{.Command}}'"),
    step('inspect', "podman inspect -f '{{.State.Status}} {{.State.Running}} {{.State.ExitCode}} {{.HostConfig.Memory}}' life"),
    step('exec', 'podman exec life echo inside'),
    step('exec: exit code', "podman exec life sh -c 'exit 3'"),
    step('exec: standard input', 'echo text | podman exec -i life cat'),
    step('exec -it', 'terminal "podman exec -it life sh -c \'tty; sleep 0.5; stty size; exit 4\'"'),
    step('exec: user, folder, environment', "podman exec --user 1000:50 --workdir /tmp --env A=b life sh -c 'id -u; id -g; pwd; echo $A'"),
    step(
      'exec: sees the same namespaces',
      "podman exec life sh -c 'for n in mnt pid net uts ipc cgroup; do [ /proc/1/ns/$n -ef /proc/self/ns/$n ] && echo $n; done'",
    ),
    step(
      'exec: is confined alike',
      "podman exec life grep -E '^(Cap|NoNewPrivs|Groups)' /proc/self/status; podman exec life cut -d: -f2- /proc/self/cgroup",
    ),
    step('exec --privileged', 'podman exec --privileged life grep CapEff /proc/self/status'),
    step(
      'exec -d',
      "podman exec -d life sh -c 'echo done > /tmp/detached'; await podman exec life test -s /tmp/detached; podman exec life cat /tmp/detached",
    ),
    step('exec: a missing command', 'podman exec life missing', /missing\\*": executable file not found in \$PATH/),
    step('exec: not executable', 'podman exec life /etc/passwd', /permission denied/),
    step('exec: a missing folder', 'podman exec --workdir /missing life true', /\/missing/),
    step('exec --preserve-fds', "echo 'from outside' > $HOME/fd; podman exec --preserve-fds 1 life sh -c 'cat <&3' 3< $HOME/fd"),
    step('top', "podman top life user args | grep -v 'sleep 0.1 *$' | sort -u"),
    step('top: as ps has it', "podman top life -o args | grep -v '^sleep 0.1' | sort -u"),
    step(
      'stats',
      "podman stats --no-stream --format '{{.Name}} {{.PIDs}}' life; podman stats --no-stream --format json life | grep -c mem_usage",
    ),
    step('pause', "podman pause life; podman ps --format '{{.Names}} {{.Status}}'"),
    step('exec: while paused', 'podman exec life true', /container state improper/),
    step('unpause', "podman unpause life; podman inspect -f '{{.State.Status}}' life; podman exec life echo again"),
    step(
      'update',
      'podman update -m 80m --memory-swap -1 --cpu-shares 512 --cpus 0.5 --cpuset-cpus 0 life; podman exec life sh -c "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes cpu/cpu.shares cpu/cpu.cfs_quota_us cpuset/cpuset.cpus"',
    ),
    step('cp: into', 'echo content > $HOME/file; podman cp $HOME/file life:/tmp/file; podman exec life cat /tmp/file'),
    step('cp: out of', 'podman cp life:/etc/passwd - | tar -tf -'),
    step('attach', 'podman attach --no-stdin life & sleep 0.3; podman kill -s TERM life >/dev/null; wait $!'),
    step('wait', "podman wait life; podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' life; podman logs life"),
    step('exec: when stopped', 'podman exec life true', /container state improper|not running/),
    step('start', "podman start life; podman inspect -f '{{.State.Status}}' life"),
    step(
      'restart',
      "podman restart -t 5 life; podman inspect -f '{{.State.Status}} {{.RestartCount}}' life; await podman logs life; podman logs life | sort | uniq -c",
    ),
    step('stop', "podman stop -t 5 life; podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' life"),
    step('start -a', 'podman create --name attached bb:1 echo attached; podman start -a attached; podman rm attached'),
    step(
      'stop: by force',
      "podman run -d --name deaf bb:1 sh -c \"trap '' TERM; while :; do sleep 0.1; done\"; podman stop -t 0 deaf; podman inspect -f '{{.State.ExitCode}}' deaf",
    ),
    step('kill', "podman start deaf; podman kill deaf; podman wait deaf; podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' deaf"),
    step('kill: when stopped', 'podman kill deaf', /can only kill running containers/),
    step('rm: stopped', 'podman rm life deaf | sort'),
    step('rm --force: running', 'podman run -d --name running bb:1 sleep 100; podman rm -f -t 0 running; podman ps -aq'),
    step('rm --force: paused', 'podman run -d --name frozen bb:1 sleep 100; podman pause frozen; podman rm -f -t 0 frozen; podman ps -aq'),
    step('rm: only created', 'podman create --name created bb:1 true; podman init created; podman rm created; podman ps -aq'),
    step(
      'init and start',
      'podman create --name early bb:1 echo early; podman init early; podman inspect -f "{{.State.Status}}" early; podman start -a early; podman rm early',
    ),
    step(
      'restart policy',
      "podman run -d --name again --restart on-failure:2 bb:1 sh -c 'echo once; exit 1'; await sh -c '[ $(podman logs again | wc -l) = 3 ]'; sleep 0.3; podman inspect -f '{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}}' again; podman rm -f again",
    ),
    step(
      'healthcheck',
      "podman run -d --name well --health-cmd 'test -e /tmp/well' --health-retries 1 bb:1 sleep 100; podman healthcheck run well; echo $?; podman exec well touch /tmp/well; podman healthcheck run well; echo $?; podman inspect -f '{{.State.Health.Status}}' well; podman rm -f -t 0 well",
    ),
    step(
      'commit and diff',
      'podman run --name changed bb:1 touch /tmp/new; podman diff changed; podman commit -q changed localhost/changed:1; podman run --rm localhost/changed:1 ls /tmp; podman rm changed',
    ),

    // What a container finds.
    step('environment', 'podman run --rm -e A=b --hostname box bb:1 env | sort'),
    step('hostname', "podman run --rm --hostname box bb:1 sh -c 'hostname; cat /etc/hostname'"),
    step(
      'hosts and dns',
      "podman run --rm --add-host peer:10.1.2.3 --dns 10.9.9.9 --dns-search example.org --network podman bb:1 sh -c 'grep peer /etc/hosts; cat /etc/resolv.conf'",
    ),
    step('working folder', 'podman run --rm -w /var/made bb:1 pwd'),
    step('entrypoint', 'podman run --rm --entrypoint \'["/bin/echo", "first"]\' bb:1 second'),
    step('users: by number', 'podman run --rm --user 1000:50 --group-add 7 bb:1 id'),
    step('users: by name', 'podman run --rm --user user bb:1 id'),
    step('users: unknown', 'podman run --rm --user nobody-such bb:1 id', /unable to find user/),
    step(
      'read-only',
      "podman run --rm --read-only bb:1 sh -c 'touch /file; echo $?; touch /tmp/file && echo tmp; touch /run/file && echo run; touch /dev/shm/file && echo shm'",
    ),
    step(
      'volumes: both ways',
      "podman run --rm -v $HOME/volumes/data:/data bb:1 sh -c 'echo written > /data/file'; cat $HOME/volumes/data/file",
    ),
    step('volumes: read-only', "podman run --rm -v $HOME/volumes/data:/data:ro bb:1 sh -c 'cat /data/file; touch /data/other'"),
    step(
      'volumes: named',
      "podman run --rm -v kept:/data bb:1 sh -c 'echo kept > /data/file'; podman run --rm -v kept:/data bb:1 cat /data/file; podman volume rm kept",
    ),
    step('volumes: tmpfs', 'podman run --rm --tmpfs /t:size=1m,mode=700 bb:1 sh -c \'grep " /t " /proc/mounts; ls -ld /t | cut -c 1-10\''),
    step(
      'volumes: of another',
      'podman create --name other -v $HOME/volumes/data:/data bb:1; podman run --rm --volumes-from other bb:1 cat /data/file; podman rm other',
    ),
    step(
      'volumes: propagation',
      "podman run -d --name slave -v $D/shared:/data:rslave bb:1 sleep 100; mount -t tmpfs later $D/shared/sub; podman exec slave grep ' /data/sub ' /proc/mounts | cut -d' ' -f1-3; umount $D/shared/sub; podman exec slave grep -c ' /data/sub ' /proc/mounts; podman rm -f -t 0 slave",
    ),
    step('volumes: a missing source', 'podman run --rm -v $HOME/missing:/data bb:1 true', /missing.* no such file or directory/),
    step(
      'mounts',
      'podman run --rm bb:1 sh -c \'cut -d" " -f2-4 /proc/mounts | sed -E s/,?\\(lowerdir\\|upperdir\\|workdir\\|size\\|inode64\\|relatime\\)[^,]*//g | sort\'',
    ),
    step(
      'masked and read-only paths',
      "podman run --rm bb:1 sh -c 'cat /proc/kcore /proc/keys | wc -c; ls /proc/acpi /sys/firmware | wc -l; echo 1 > /proc/sys/kernel/domainname || echo refused'",
    ),
    step(
      'devices',
      'podman run --rm --device /dev/fuse bb:1 sh -c \'cd /dev; stat -c "%A %U:%G %t,%T %N" *; head -c 0 fuse && echo opened\'',
    ),
    step('devices: refused', "podman run --rm bb:1 sh -c 'mknod /tmp/m c 1 1 && cat /tmp/m'"),
    step('shm size', 'podman run --rm --shm-size 1m bb:1 df -k /dev/shm'),
    step('sysctl', 'podman run --rm --sysctl net.ipv4.ip_unprivileged_port_start=5 bb:1 cat /proc/sys/net/ipv4/ip_unprivileged_port_start'),
    step('--init', 'podman run --rm --init bb:1 ps -o args'),
    step(
      '--rootfs',
      'mkdir -p $HOME/rootfs; podman create --name source bb:1 >/dev/null; podman export source | tar -C $HOME/rootfs -xf -; podman rm source >/dev/null; podman run --rm --rootfs $HOME/rootfs echo hello',
    ),
    step('--preserve-fds', "echo 'from outside' > $HOME/fd; podman run --rm --preserve-fds 1 bb:1 sh -c 'cat <&3' 3< $HOME/fd"),
    step(
      'no other descriptors',
      "podman run --rm bb:1 sh -c 'for n in /proc/self/fd/*; do echo ${n##*/}; done | head -3; ls /proc/self/fd | wc -l'",
    ),
    step(
      '--hooks-dir',
      'printf \'#!/bin/sh\\ncat > %s/hook.json\\n\' $HOME > $HOME/hook.sh; chmod +x $HOME/hook.sh; echo \'{"version":"1.0.0","hook":{"path":"\'$HOME/hook.sh\'"},"when":{"always":true},"stages":["createRuntime"]}\' > $HOME/hooks/a.json; podman --hooks-dir $HOME/hooks run --rm bb:1 true; jq -r \'.status, (.pid > 0), .bundle\' $HOME/hook.json; rm $HOME/hooks/a.json',
    ),
    step(
      '--hooks-dir: one that fails',
      'printf \'#!/bin/sh\\necho no way >&2; exit 3\\n\' > $HOME/hook.sh; echo \'{"version":"1.0.0","hook":{"path":"\'$HOME/hook.sh\'"},"when":{"always":true},"stages":["prestart"]}\' > $HOME/hooks/a.json; podman --hooks-dir $HOME/hooks run --rm bb:1 true; code=$?; rm $HOME/hooks/a.json; podman ps -aq; exit $code',
      /hook.*exit status 3/s,
    ),
    step('a process left behind', "podman run --rm bb:1 sh -c 'sleep 100 & echo parent ends'"),

    // Limits.
    step(
      'limits',
      'podman run --rm -m 64m --memory-swap -1 --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50 bb:1 sh -c "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes memory/memory.soft_limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpu/cpu.shares cpuset/cpuset.cpus pids/pids.max"',
    ),
    step(
      'limits: out of memory',
      "podman run --name hungry -m 16m --memory-swap 16m bb:1 sh -c 'tail /dev/zero'; echo $?; podman inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' hungry; podman rm hungry",
    ),
    step('limits: out of processes', "podman run --rm --pids-limit 4 bb:1 sh -c 'for i in 1 2 3 4 5 6; do sleep 1 & done; wait'"),
    step(
      'limits: ulimit',
      "podman run --rm --ulimit nproc=1000:1000 --ulimit nofile=512:1024 --ulimit core=0 bb:1 sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'",
    ),
    step('limits: oom score', 'podman run --rm --oom-score-adj 500 bb:1 cat /proc/self/oom_score_adj'),
    step(
      'limits: block io',
      'podman run --rm --device-read-bps /dev/loop0:1mb bb:1 cat /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device',
    ),

    // Confinement.
    step('capabilities', 'podman run --rm bb:1 grep Cap /proc/self/status'),
    step('capabilities: added and dropped', 'podman run --rm --cap-drop all --cap-add net_admin,chown bb:1 grep Cap /proc/self/status'),
    step('capabilities: of a user', 'podman run --rm --user 1000 --cap-add net_admin bb:1 grep Cap /proc/self/status'),
    step('no new privileges', 'podman run --rm --security-opt no-new-privileges bb:1 grep NoNewPrivs /proc/self/status'),
    step(
      '--privileged',
      'podman run --rm --privileged bb:1 sh -c \'grep CapEff /proc/self/status; grep " /sys " /proc/mounts; test -c /dev/fuse && echo fuse\'',
    ),
    step(
      'seccomp: the default profile',
      'podman run --rm --security-opt seccomp=/usr/share/containers/seccomp.json bb:1 grep Seccomp: /proc/self/status',
    ),
    step(
      'seccomp: a profile',
      'echo \'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":95}]}\' > $HOME/seccomp.json; podman run --rm --security-opt seccomp=$HOME/seccomp.json bb:1 sh -c \'mkdir /tmp/x\'',
    ),
    step(
      '--uidmap',
      "podman run --rm --uidmap 0:100000:65536 --gidmap 0:100000:65536 bb:1 sh -c 'cat /proc/self/uid_map; id -u; stat -c %u /etc/passwd; touch /tmp/x && echo wrote'",
    ),
    step('--userns auto', 'podman run --rm --userns auto:size=1024 bb:1 sh -c \'tr -s " " < /proc/self/gid_map\''),
    step('--pid host', "podman run --rm --pid host bb:1 sh -c '[ $$ != 1 ] && echo host'"),
    step('--ipc, --uts host', 'podman run --rm --ipc host --uts host bb:1 hostname | grep -qx $(hostname) && echo same'),
    step(
      '--cgroupns',
      "podman run --rm --cgroupns private bb:1 cut -d: -f3 /proc/self/cgroup | sort -u; podman run --rm --cgroupns host bb:1 grep memory /proc/self/cgroup | sed -E 's/^[0-9]+//'",
    ),
    step(
      '--cgroup-parent',
      'podman run --rm --cgroup-parent /standpipe-parent --cgroupns host bb:1 grep pids /proc/self/cgroup | sed -E "s/^[0-9]+//"',
    ),

    // Networks.
    step('network: none', 'podman run --rm --network none bb:1 ip -o link | cut -d: -f 2'),
    step('network: host', 'podman run --rm --network host bb:1 ip -o link | cut -d: -f 2 | grep -c lo'),
    step(
      'network: bridge',
      "podman network create --subnet 10.77.1.0/24 one; podman run -d --name server --network one --ip 10.77.1.9 bb:1 sh -c 'while :; do echo served | nc -l -p 80; done'; await podman exec server sh -c 'netstat -lnt | grep :80'; podman run --rm --network one bb:1 sh -c 'nc -w 2 10.77.1.9 80 </dev/null; ip -o -4 addr show eth0 | grep -o 10.77.1'",
    ),
    step(
      'network: of another container',
      'podman run --rm --network container:server bb:1 ip -o -4 addr show eth0 | tr -s " " | cut -d " " -f 4',
    ),
    step(
      'network: a published port',
      "podman run -d --name open --network podman -p 8080:80 bb:1 sh -c 'while :; do echo open | nc -l -p 80; done'; await sh -c 'nc -w 1 127.0.0.1 8080 </dev/null || busybox nc -w 1 127.0.0.1 8080 </dev/null | grep open'; podman port open; podman rm -f -t 0 open",
    ),
    step(
      'network: disconnect',
      'podman network disconnect one server; podman exec server ip -o link | cut -d: -f 2; podman rm -f -t 0 server; podman network rm one',
    ),

    // Pods.
    step(
      'pod',
      "podman pod create --name pod >/dev/null; podman run -d --pod pod --name member bb:1 sleep 100 >/dev/null; podman ps --pod --format '{{.PodName}} {{.State}} {{.Command}}' | sort; podman exec member hostname",
    ),
    step('pod: shares', "podman run --rm --pod pod bb:1 sh -c 'hostname; ip -o link | wc -l'"),
    step(
      'pod: pause',
      "podman pod pause pod >/dev/null; podman pod ps --format '{{.Status}}'; podman pod unpause pod > /dev/null; podman pod ps --format '{{.Status}}'",
    ),
    step('pod: top', 'podman pod top pod args | sort'),
    step(
      'pod: stop and rm',
      "podman pod stop -t 1 pod >/dev/null; podman pod ps --format '{{.Status}}'; podman pod rm -f pod >/dev/null; podman ps -aq",
    ),
    step(
      'play kube',
      `cat > $HOME/kube.yaml <<END
apiVersion: v1
kind: Pod
metadata: { name: played }
spec:
  restartPolicy: Never
  containers:
  - name: one
    image: localhost/bb:1
    command: [sh, -c, 'trap "exit 0" TERM; echo from kube; id -u; sleep 100 & wait']
    securityContext: { runAsUser: 1000, readOnlyRootFilesystem: true }
    resources: { limits: { memory: 64Mi, cpu: 500m } }
END
podman play kube $HOME/kube.yaml >/dev/null; await sh -c 'podman logs played-one | grep 1000'; podman logs played-one; podman inspect -f '{{.HostConfig.Memory}} {{.HostConfig.ReadonlyRootfs}}' played-one; podman play kube --down $HOME/kube.yaml >/dev/null; podman ps -aq`,
    ),

    // Images.
    step(
      'build',
      "mkdir -p $HOME/context; printf 'FROM localhost/bb:1\\nRUN echo built > /made && id -u\\nUSER 1000\\nRUN id -u && ! touch /no\\nCMD cat /made\\n' > $HOME/context/Dockerfile; podman build -q --network none -t localhost/built:1 $HOME/context; podman run --rm localhost/built:1",
      /./,
    ),
    step(
      'nothing is left',
      "podman ps -aq; podman volume ls -q; podman pod ps -q; find /sys/fs/cgroup -name 'libpod*' | sed 's/-[0-9a-f]*//' | sort -u; grep -c $HOME/storage/overlay-containers /proc/mounts",
    ),
  ],
};
