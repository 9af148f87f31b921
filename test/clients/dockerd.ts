import { type Client, step } from './client.js';

const image = 'localhost/bb:1';

export const dockerd: Client = {
  name: 'dockerd',
  needs: ['dockerd', 'containerd', 'iptables', 'busybox'],
  version: "dockerd --version; docker version --format '{{.Client.Version}}'",
  prepare: `
mkdir -p $D/docker
cat > $D/docker/daemon.json <<END
{
  "data-root": "$D/docker/data", "exec-root": "$D/run/docker", "pidfile": "$D/run/docker.pid", "hosts": ["unix://$D/run/docker.sock"],
  "runtimes": {"tried": {"path": "$RUNTIME"}}, "default-runtime": "tried", "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "storage-driver": "overlay2", "default-shm-size": "8m", "shutdown-timeout": 2
}
END
dockerd --config-file $D/docker/daemon.json >$D/docker.log 2>&1 </dev/null &
cat > $D/bin/docker <<END
#!/bin/sh
export DOCKER_HOST=unix://$D/run/docker.sock DOCKER_BUILDKIT=\\\${DOCKER_BUILDKIT:-0} DOCKER_CONFIG=$HOME
exec /usr/bin/docker "\\$@"
END
chmod +x $D/bin/docker
await docker version || { tail $D/docker.log >&2; exit 1; }
docker load -q -i $D/image.tar
`,
  steps: [
    step('info', "docker info --format '{{.DefaultRuntime}} {{.CgroupDriver}} {{.Driver}}'"),
    step('run', `docker run --network none --rm ${image} echo hello`),
    step('run: exit code', `docker run --network none --rm ${image} sh -c 'exit 7'`),
    step('run: standard input', `echo text | docker run --network none --rm -i ${image} cat`),
    step('run: both outputs', `docker run --network none --rm ${image} sh -c 'echo out; echo err >&2'`),
    step('run -it', `terminal "docker run --network none --rm -it ${image} sh -c 'tty; sleep 0.2; stty size; exit 5'"`),
    step('run: a missing command', `docker run --network none --rm ${image} missing`, /"missing": executable file not found in \$PATH/),
    step('run: a missing file', `docker run --network none --rm ${image} /missing`, /no such file or directory/),
    step('run: not executable', `docker run --network none --rm ${image} /etc/passwd`, /permission denied/),
    step('run: killed by a signal', `docker run --network none --rm --init ${image} sh -c 'kill -KILL $$'`),

    // One container's life.
    step(
      'run -d',
      `docker run --network none -d --name life -m 64m ${image} sh -c 'trap "echo term; exit 9" TERM; echo ready; while :; do sleep 0.1; done'`,
    ),
    step('logs', 'await sh -c "docker logs life | grep ready"; docker logs life'),
    step('ps', "docker ps --format '{{.Names}} {{.State}} {{.Command}}'"),
    step('exec', 'docker exec life echo inside'),
    step('exec: exit code', "docker exec life sh -c 'exit 3'"),
    step('exec: standard input', 'echo text | docker exec -i life cat'),
    step('exec -it', 'terminal "docker exec -it life sh -c \'tty; sleep 0.2; stty size; exit 4\'"'),
    step('exec: user, folder, environment', "docker exec --user 1000:50 --workdir /tmp --env A=b life sh -c 'id; pwd; echo $A'"),
    step(
      'exec: sees the same namespaces',
      "docker exec life sh -c 'for n in mnt pid net uts ipc cgroup; do [ /proc/1/ns/$n -ef /proc/self/ns/$n ] && echo $n; done'",
    ),
    step(
      'exec: is confined alike',
      "docker exec life grep -E '^(Cap|NoNewPrivs|Groups)' /proc/self/status; docker exec life cut -d: -f2- /proc/self/cgroup",
    ),
    step('exec --privileged', 'docker exec --privileged life grep CapEff /proc/self/status >&2', /operation not permitted/i),
    step('exec -d', 'docker exec -d life touch /tmp/detached; await docker exec life test -e /tmp/detached && echo done'),
    step('exec: a missing command', 'docker exec life missing >&2', /missing\\*": executable file not found in \$PATH/),
    step('exec: not executable', 'docker exec life /etc/passwd >&2', /permission denied/),
    step('top', "docker top life -o pid,args | grep -v 'sleep 0.1$' | sed -E 's/^[0-9]+ +//' | sort -u"),
    step('stats', "docker stats --no-stream --format '{{.Name}} {{.MemUsage}}' life | sed -E 's|[0-9.]+[KM]iB / |/ |'"),
    step('pause', "docker pause life; docker ps --format '{{.Names}} {{.Status}}'"),
    step('exec: while paused', 'docker exec life true', /paused/),
    step('unpause', "docker unpause life; docker inspect -f '{{.State.Status}}' life; docker exec life echo again"),
    step(
      'update',
      'docker update -m 80m --memory-swap -1 --pids-limit 77 --cpu-shares 512 --cpus 0.5 --cpuset-cpus 0 life; docker exec life sh -c "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes pids/pids.max cpu/cpu.shares cpu/cpu.cfs_quota_us cpuset/cpuset.cpus"',
    ),
    step(
      'cp',
      'echo content > $D/file; docker cp $D/file life:/tmp/file; docker exec life cat /tmp/file; docker cp life:/etc/passwd - | tar -tf -',
    ),
    step('attach', 'docker attach --no-stdin life & sleep 0.3; docker kill -s TERM life >/dev/null; wait $!'),
    step('wait', "docker wait life; docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' life; docker logs life"),
    step('exec: when stopped', 'docker exec life true', /is not running/),
    step('start', "docker start life; docker inspect -f '{{.State.Status}}' life"),
    step('restart', "docker restart -t 5 life; docker inspect -f '{{.State.Status}}' life"),
    step('stop', "docker stop -t 5 life; docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' life"),
    step('start -a', `docker create --network none --name attached ${image} echo attached; docker start -a attached; docker rm attached`),
    step(
      'stop: by force',
      `docker run --network none -d --name deaf ${image} sh -c "trap '' TERM; while :; do sleep 0.1; done"; docker stop -t 0 deaf; docker inspect -f '{{.State.ExitCode}}' deaf`,
    ),
    step('kill', "docker start deaf; docker kill deaf; docker wait deaf; docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' deaf"),
    step('kill: when stopped', 'docker kill deaf', /is not running/),
    step('rm', `docker rm life deaf; docker run --network none -d --name running ${image} sleep 100; docker rm -f running; docker ps -aq`),
    step(
      'rm --force: paused',
      `docker run --network none -d --name frozen ${image} sleep 100; docker pause frozen; docker rm -f frozen; docker ps -aq`,
    ),
    step(
      'restart policy',
      `docker run --network none -d --name again --restart on-failure:2 ${image} sh -c 'echo once; exit 1'; await sh -c '[ $(docker logs again | wc -l) = 3 ]'; await sh -c 'docker inspect -f "{{.State.Status}}" again | grep exited'; docker inspect -f '{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}}' again; docker rm again`,
    ),
    step(
      'healthcheck',
      `docker run --network none -d --name well --health-cmd 'test -e /tmp/well' --health-interval 200ms --health-retries 1 ${image} sleep 100; await sh -c "docker inspect -f '{{.State.Health.Status}}' well | grep unhealthy" && docker exec well touch /tmp/well; await sh -c "docker inspect -f '{{.State.Health.Status}}' well | grep '^healthy'" && echo healthy; docker rm -f well`,
    ),
    step(
      'commit and diff',
      `docker run --network none --name changed ${image} touch /tmp/new; docker diff changed; docker commit changed changed:1; docker run --network none --rm changed:1 ls /tmp; docker rm changed`,
    ),

    // What a container finds.
    step('environment', `docker run --network none --rm -e A=b --hostname box ${image} env | sort`),
    step(
      'hosts and dns',
      `docker run --rm --add-host peer:10.1.2.3 --dns 10.9.9.9 ${image} sh -c 'grep peer /etc/hosts; cat /etc/resolv.conf'`,
    ),
    step(
      'users',
      `docker run --network none --rm --user 1000:50 --group-add 7 ${image} id; docker run --network none --rm --user user ${image} id`,
    ),
    step('read-only', `docker run --network none --rm --read-only --tmpfs /tmp ${image} sh -c 'touch /file; touch /tmp/file && echo tmp'`),
    step(
      'volumes',
      `mkdir $D/data; docker run --network none --rm -v $D/data:/data ${image} sh -c 'echo written > /data/file'; cat $D/data/file; docker run --network none --rm -v $D/data:/data:ro ${image} touch /data/no`,
    ),
    step(
      'volumes: named',
      `docker run --network none --rm -v kept:/data ${image} sh -c 'echo kept > /data/file'; docker run --network none --rm -v kept:/data ${image} cat /data/file; docker volume rm kept`,
    ),
    step(
      'volumes: propagation',
      `docker run --network none -d --name slave -v $D/shared:/data:rslave ${image} sleep 100; mount -t tmpfs later $D/shared/sub; docker exec slave grep ' /data/sub ' /proc/mounts | cut -d' ' -f1-3; umount $D/shared/sub; docker exec slave grep -c ' /data/sub ' /proc/mounts; docker rm -f slave`,
    ),
    step(
      'mounts',
      `docker run --network none --rm ${image} sh -c 'cut -d" " -f2-4 /proc/mounts | sed -E "s/,?(lowerdir|upperdir|workdir|size|inode64|relatime)[^,]*//g" | sort'`,
    ),
    step(
      'devices',
      `docker run --network none --rm --device /dev/fuse ${image} sh -c 'cd /dev; stat -c "%A %U:%G %t,%T %N" *; head -c 0 fuse && echo opened'`,
    ),
    step('devices: refused', `docker run --network none --rm ${image} sh -c 'mknod /tmp/m c 1 1 && cat /tmp/m'`),
    step(
      'sysctl',
      `docker run --network none --rm --sysctl net.ipv4.ip_unprivileged_port_start=5 ${image} cat /proc/sys/net/ipv4/ip_unprivileged_port_start`,
    ),
    step('--init', `docker run --network none --rm --init ${image} ps -o args`),
    step('no other descriptors', `docker run --network none --rm ${image} sh -c 'ls /proc/self/fd | wc -l'`),

    // Limits and confinement.
    step(
      'limits',
      `docker run --network none --rm -m 64m --memory-swap -1 --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50 ${image} sh -c "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes memory/memory.soft_limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.shares cpuset/cpuset.cpus pids/pids.max"`,
    ),
    step(
      'limits: out of memory',
      `docker run --network none --name hungry -m 16m --memory-swap 16m ${image} sh -c 'tail /dev/zero'; echo $?; docker inspect -f '{{.State.ExitCode}}' hungry; docker rm hungry`,
    ),
    step('limits: ulimit', `docker run --network none --rm --ulimit nofile=512:1024 ${image} sh -c 'ulimit -Sn; ulimit -Hn'`),
    step('limits: oom score', `docker run --network none --rm --oom-score-adj 500 ${image} cat /proc/self/oom_score_adj`),
    step(
      'capabilities',
      `docker run --network none --rm ${image} grep Cap /proc/self/status; docker run --network none --rm --cap-drop all --cap-add net_admin ${image} grep Cap /proc/self/status`,
    ),
    step('no new privileges', `docker run --network none --rm --security-opt no-new-privileges ${image} grep NoNewPrivs /proc/self/status`),
    step(
      'seccomp',
      `docker run --network none --rm ${image} grep Seccomp: /proc/self/status; docker run --network none --rm --security-opt seccomp=unconfined ${image} grep Seccomp: /proc/self/status`,
    ),
    step('--privileged', `docker run --network none --rm --privileged ${image} true`, /operation not permitted/i),
    step(
      '--pid, --ipc, --uts host',
      `docker run --network none --rm --pid host --ipc host --uts host ${image} hostname | grep -qx $(hostname) && echo same`,
    ),
    step(
      '--cgroup-parent',
      `docker run --network none --rm --cgroup-parent /standpipe-parent --cgroupns host ${image} grep pids /proc/self/cgroup | sed -E 's/^[0-9]+//'`,
    ),

    // Networks.
    step('network: none', `docker run --rm --network none ${image} ip -o link | cut -d: -f 2`),
    step('network: host', `docker run --rm --network host ${image} ip -o link | cut -d: -f 2 | grep -c lo`),
    step(
      'network: bridge',
      `docker network create --subnet 10.77.2.0/24 one >/dev/null; docker run -d --name server --network one --ip 10.77.2.9 ${image} sh -c 'while :; do echo served | nc -l -p 80; done'; await docker exec server sh -c 'netstat -lnt | grep :80'; docker run --rm --network one ${image} sh -c 'nc -w 2 10.77.2.9 80 </dev/null'`,
    ),
    step('network: names', `docker run --rm --network one ${image} nslookup server 127.0.0.11 | grep -c 10.77.2.9`),
    step(
      'network: of another container',
      `docker run --rm --network container:server ${image} ip -o -4 addr show eth0 | tr -s ' ' | cut -d ' ' -f 4`,
    ),
    step(
      'network: disconnect',
      'docker network disconnect one server; docker exec server ip -o link | cut -d: -f 2; docker rm -f server; docker network rm one',
    ),
    step(
      'network: a published port',
      `docker run -d --name open -p 8080:80 ${image} sh -c 'while :; do echo open | nc -l -p 80; done'; await sh -c 'busybox nc -w 1 127.0.0.1 8080 </dev/null | grep open' && echo reached; docker rm -f open`,
    ),

    // Images.
    step(
      'build',
      `mkdir $D/context; echo copied > $D/context/file; printf 'FROM ${image}\\nARG WHAT\\nCOPY file /copied\\nRUN cat /copied && echo $WHAT > /made\\nUSER 1000\\nRUN id\\nCMD cat /made\\n' > $D/context/Dockerfile; docker build -q --network none --build-arg WHAT=built -t built:1 $D/context >/dev/null && docker run --rm built:1`,
    ),
    step(
      'build: a step that fails',
      `printf 'FROM ${image}\\nRUN exit 3\\n' > $D/context/Fails; docker build --force-rm --network none -f $D/context/Fails $D/context >/dev/null`,
      /non-zero code: 3/,
    ),
    step(
      'BuildKit',
      `DOCKER_BUILDKIT=1 docker build -q --network none --build-arg WHAT=kit -t kit:1 $D/context >/dev/null && docker run --rm kit:1`,
    ),
    step(
      'BuildKit: many stages',
      `printf 'FROM ${image} AS one\\nRUN --mount=type=cache,target=/c echo one > /c/x && cp /c/x /one\\nFROM ${image}\\nCOPY --from=one /one /two\\nRUN --mount=type=tmpfs,target=/t cat /two && grep -q "/t tmpfs" /proc/mounts\\nCMD cat /two\\n' > $D/context/Many; DOCKER_BUILDKIT=1 docker build -q --network none -t many:1 -f $D/context/Many $D/context >/dev/null && docker run --rm many:1`,
    ),
    step(
      'BuildKit: a step that fails',
      `DOCKER_BUILDKIT=1 docker build --progress plain --network none -f $D/context/Fails $D/context`,
      /exit code: 3/,
    ),
    step(
      'swarm',
      `docker swarm init --advertise-addr 127.0.0.1 >/dev/null && docker service create -d --name served --no-resolve-image ${image} sleep 100 >/dev/null; await sh -c 'docker service ps served | grep Running' && echo running; docker service rm served; docker swarm leave --force; await sh -c '[ -z "$(docker ps -q)" ]'`,
    ),
    step(
      'nothing is left',
      'docker ps -aq; docker volume ls -q; find /sys/fs/cgroup -mindepth 3 -path "*/docker/*" -type d | grep -v buildkit; ls $D/run/docker/runtime-runc/moby $D/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby 2>/dev/null; ps ax -o args | grep -c "[c]ontainerd-shim"',
    ),
  ],
};
