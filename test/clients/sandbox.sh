#!/bin/sh
# sandbox.sh NAME DIRECTORY COMMAND...
#
# Runs a command where a client of containers finds nothing of the host's and leaves nothing on it: in mount,
# network, process and cgroup namespaces of its own, with files of DIRECTORY in place of some of the host's.
# When the command ends, every daemon and container that it started ends with it, and so do the cgroups.
set -eu
name=$1
directory=$2
shift 2

folder=/sys/fs/cgroup

# Lines of "SUBFOLDER TYPE OPTIONS" for what is mounted, where "." is a hierarchy by itself: the pure version 2.
hierarchies() {
  while read -r _ path type options _; do
    case $type in cgroup | cgroup2) ;; *) continue ;; esac
    case $path in "$folder" | "$folder"/*) ;; *) continue ;; esac
    subfolder=${path#"$folder"}
    echo "${subfolder#/} $type $(echo "$options" | tr , '\n' | grep -vxE 'rw|ro|relatime|nosuid|nodev|noexec|clone_children|nsdelegate|memory_recursiveprot' | paste -sd , -)" | sed 's/^ /. /'
  done </proc/mounts
}

# Mounts them anew. containerd takes for granted that hugetlb is among those of version 1, wherever the kernel has it.
mount_cgroups() {
  mounts=$(hierarchies)
  case $mounts in
    '. '*) ;;
    *hugetlb*) ;;
    *) if grep -q ^hugetlb /proc/cgroups; then mounts="$mounts
hugetlb cgroup hugetlb"; fi ;;
  esac
  umount --recursive "$folder"
  case $mounts in '. '*) ;; *) mount -t tmpfs -o mode=755 tmpfs "$folder" ;; esac
  echo "$mounts" | while read -r subfolder type options; do
    mkdir -p "$folder/$subfolder"
    mount -t "$type" -o "rw${options:+,$options}" "$type" "$folder/$subfolder"
  done
}

enter_cgroups() {
  hierarchies | while read -r subfolder _; do
    mkdir -p "$folder/$subfolder/$name"
    for file in cpuset.cpus cpuset.mems; do
      if [ -e "$folder/$subfolder/$file" ]; then cat "$folder/$subfolder/$file" >"$folder/$subfolder/$name/$file"; fi
    done
    echo "$1" >"$folder/$subfolder/$name/cgroup.procs"
  done
}

leave_cgroups() {
  hierarchies | while read -r subfolder _; do find "$folder/$subfolder/$name" -depth -type d -exec rmdir {} +; done
}

# The host's configuration of clients is out of sight, and so is where they meet: sockets, locks, named namespaces.
hide() {
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p /run/lock /run/user /run/netns
  chmod 1777 /run/lock
  for place in /etc/containers /etc/containerd /etc/docker /etc/buildkit /etc/cni /var/lib/containers /var/lib/cni /var/lib/docker /var/lib/containerd; do
    [ ! -d "$place" ] || mount -t tmpfs tmpfs "$place"
  done
  [ ! -d /etc/containers ] || echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json
  for file in passwd group subuid subgid; do
    [ ! -e "/etc/$file" ] || mount --bind "$directory/etc/$file" "/etc/$file"
  done
}

# What is mounted below it is seen by those who ask for that.
share() {
  mkdir -p "$directory/shared/sub"
  mount --bind "$directory/shared" "$directory/shared"
  mount --make-shared "$directory/shared"
}

# As it is on machines where ordinary users may have networks: here it may be for root alone.
open_tun() {
  [ ! -d /dev/net ] || mount -t tmpfs -o mode=755 tmpfs /dev/net
  mkdir -p /dev/net
  mknod -m 666 /dev/net/tun c 10 200
}

case ${STANDPIPE_SANDBOX:-} in
  '')
    STANDPIPE_SANDBOX=mounts exec unshare --mount /bin/sh "$0" "$name" "$directory" "$@"
    ;;
  mounts)
    mount_cgroups
    status=0
    STANDPIPE_SANDBOX=all
    export STANDPIPE_SANDBOX
    # In a process of its own: this one cleans up after it.
    (
      pid=$(sh -c 'echo $PPID')
      enter_cgroups "$pid"
      exec unshare --mount --net --pid --cgroup --fork --kill-child --mount-proc /bin/sh "$0" "$name" "$directory" "$@"
    ) || status=$?
    leave_cgroups
    exit $status
    ;;
  all)
    unset STANDPIPE_SANDBOX
    mount_cgroups
    hide
    share
    open_tun
    ip link set lo up
    exec tini -- "$@"
    ;;
esac
