import { type Client, step } from './client.js';
import { configurePodman } from './podman.js';

/** Podman of an ordinary user. Where cgroups are version 1, it sets no limits. */
export const podmanRootless: Client = {
  name: 'podman, rootless',
  needs: ['podman', 'conmon', 'newuidmap', 'slirp4netns', 'catatonit', 'busybox'],
  version: 'podman --version && slirp4netns --version | head -n 1',
  uid: 1000,
  prepare: configurePodman,
  steps: [
    step('who', "podman info --format '{{.Host.Security.Rootless}} {{.Host.CgroupManager}}'; id -u"),
    step('run', "podman run --rm bb:1 sh -c 'id; cat /proc/self/uid_map'"),
    step('run: exit code', "podman run --rm bb:1 sh -c 'exit 7'"),
    step('run -it', 'terminal "podman run --rm -it bb:1 sh -c \'tty; sleep 0.5; stty size; exit 5\'"'),
    step('run: a missing command', 'podman run --rm bb:1 missing', /missing\\*": executable file not found in \$PATH/),
    step('run: not executable', 'podman run --rm bb:1 /etc/passwd', /permission denied/),
    step('run -d', 'podman run -d --name life bb:1 sh -c \'trap "echo term; exit 9" TERM; echo ready; while :; do sleep 0.1; done\''),
    step('logs', 'await sh -c "podman logs life | grep ready"; podman logs life'),
    step('exec', "podman exec life sh -c 'id -u; grep Cap /proc/self/status; cat /proc/self/uid_map; exit 3'"),
    step('exec -it', 'terminal "podman exec -it life sh -c \'tty; sleep 0.5; stty size; exit 4\'"'),
    step('exec: a user', 'podman exec --user 1000:50 life id'),
    step('exec -d', 'podman exec -d life touch /tmp/detached; await podman exec life test -e /tmp/detached && echo done'),
    step('exec: a missing command', 'podman exec life missing', /missing\\*": executable file not found in \$PATH/),
    step('top', "podman top life user args | grep -v 'sleep 0.1 *$' | sort -u"),
    step('cp', 'echo content > $HOME/file; podman cp $HOME/file life:/tmp/file; podman exec life cat /tmp/file'),
    step('stop', "podman stop -t 5 life; podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' life; podman logs life"),
    step('kill', "podman start life; podman kill life; podman wait life; podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' life"),
    step('rm', 'podman rm life; podman run -d --name running bb:1 sleep 100; podman rm -f -t 0 running; podman ps -aq'),
    step(
      '--userns keep-id',
      "podman run --rm --userns keep-id -v $HOME/volumes/data:/data bb:1 sh -c 'id -u; id -g; echo mine > /data/mine'; stat -c %u $HOME/volumes/data/mine",
    ),
    step('--uidmap', 'podman run --rm --uidmap 0:0:1 --uidmap 1:1:999 bb:1 sh -c \'tr -s " " < /proc/self/uid_map\''),
    step('a user', 'podman run --rm --user 1000:50 bb:1 id; podman run --rm --user user bb:1 id'),
    step(
      'volumes',
      "podman run --rm -v $HOME/volumes/data:/data bb:1 sh -c 'echo written > /data/file'; cat $HOME/volumes/data/file; podman run --rm -v $HOME/volumes/data:/data:ro bb:1 touch /data/no",
    ),
    step('read-only', "podman run --rm --read-only bb:1 sh -c 'touch /file; touch /tmp/file && echo tmp'"),
    step('tmpfs', 'podman run --rm --tmpfs /t:size=1m bb:1 df -k /t'),
    step(
      'mounts',
      'podman run --rm bb:1 sh -c \'cut -d" " -f2-4 /proc/mounts | sed -E s/,?\\(lowerdir\\|upperdir\\|workdir\\|size\\|inode64\\|relatime\\|uid=\\|gid=\\)[^,]*//g | sort\'',
    ),
    step('capabilities', 'podman run --rm bb:1 grep Cap /proc/self/status; podman run --rm --user 1000 bb:1 grep Cap /proc/self/status'),
    step('no new privileges', 'podman run --rm --security-opt no-new-privileges bb:1 grep NoNewPrivs /proc/self/status'),
    step('--privileged', "podman run --rm --privileged bb:1 sh -c 'grep CapEff /proc/self/status; test -c /dev/null && echo null'"),
    step('ulimit', "podman run --rm --ulimit nproc=1000:1000 --ulimit nofile=512:1024 bb:1 sh -c 'ulimit -Sn; ulimit -Hn'"),
    step('--init', 'podman run --rm --init bb:1 ps -o args'),
    step('network: none', 'podman run --rm --network none bb:1 ip -o link | cut -d: -f 2'),
    step('network: host', 'podman run --rm --network host bb:1 ip -o link | cut -d: -f 2 | grep -c lo'),
    step('network: slirp4netns', "podman run --rm --network slirp4netns bb:1 ip -o -4 addr show tap0 | tr -s ' ' | cut -d ' ' -f 4"),
    step(
      'network: a published port',
      "podman run -d --name open --network slirp4netns -p 8080:80 bb:1 sh -c 'while :; do echo open | nc -l -p 80; done'; await sh -c 'busybox nc -w 1 127.0.0.1 8080 </dev/null | grep open' && echo reached; podman rm -f -t 0 open",
    ),
    step(
      'pod',
      'podman pod create --name pod >/dev/null; podman run -d --pod pod --name member bb:1 sleep 100 >/dev/null; podman exec member hostname; podman pod rm -f -t 0 pod >/dev/null; podman ps -aq',
    ),
    step(
      'build',
      "mkdir -p $HOME/context; printf 'FROM localhost/bb:1\\nRUN echo built > /made && id -u\\nCMD cat /made\\n' > $HOME/context/Dockerfile; podman build -q --network none -t localhost/built:1 $HOME/context; podman run --rm localhost/built:1",
    ),
    step('nothing is left', 'podman ps -aq; podman pod ps -q; podman volume ls -q'),
  ],
};
