// Written by scripts/generate-syscall-numbers.mjs. Do not edit.

/** Every system call name of the five architectures, sorted, separated by a space. */
export const names: string =
  '_llseek _newselect _sysctl accept accept4 access acct add_key adjtimex afs_syscall alarm arch_prctl bdflush bind bpf ' +
  'break brk cachestat capget capset chdir chmod chown chroot clock_adjtime clock_getres clock_gettime clock_nanosleep ' +
  'clock_settime clone clone3 close close_range connect copy_file_range creat create_module delete_module dup dup2 dup3 ' +
  'epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 ' +
  'execve execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate fanotify_init fanotify_mark fchdir ' +
  'fchmod fchmodat fchmodat2 fchown fchownat fcntl fcntl64 fdatasync fgetxattr file_getattr file_setattr finit_module ' +
  'flistxattr flock fork fremovexattr fsconfig fsetxattr fsmount fsopen fspick fstat fstat64 fstatat64 fstatfs fstatfs64 ' +
  'fsync ftime ftruncate ftruncate64 futex futex_requeue futex_wait futex_waitv futex_wake futimesat get_kernel_syms ' +
  'get_mempolicy get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups ' +
  'getitimer getpeername getpgid getpgrp getpid getpmsg getppid getpriority getrandom getresgid getresuid getrlimit ' +
  'getrusage getsid getsockname getsockopt gettid gettimeofday getuid getxattr getxattrat gtty idle init_module ' +
  'inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_setup ' +
  'io_submit io_uring_enter io_uring_register io_uring_setup ioctl ioperm iopl ioprio_get ioprio_set ipc kcmp ' +
  'kexec_file_load kexec_load keyctl kill landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lgetxattr ' +
  'link linkat listen listmount listxattr listxattrat llistxattr llseek lock lookup_dcookie lremovexattr lseek lsetxattr ' +
  'lsm_get_self_attr lsm_list_modules lsm_set_self_attr lstat madvise map_shadow_stack mbind membarrier memfd_create ' +
  'memfd_secret migrate_pages mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 modify_ldt mount ' +
  'mount_setattr move_mount move_pages mprotect mpx mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink ' +
  'mremap mseal msgctl msgget msgrcv msgsnd msync multiplexer munlock munlockall munmap name_to_handle_at nanosleep ' +
  'newfstatat nfsservctl nice oldfstat oldlstat oldolduname oldstat olduname open open_by_handle_at open_tree ' +
  'open_tree_attr openat openat2 pause pciconfig_iobase pciconfig_read pciconfig_write perf_event_open personality ' +
  'pidfd_getfd pidfd_open pidfd_send_signal pipe pipe2 pivot_root pkey_alloc pkey_free pkey_mprotect poll ppoll prctl ' +
  'pread64 preadv preadv2 prlimit64 process_madvise process_mrelease process_vm_readv process_vm_writev prof profil ' +
  'pselect6 ptrace putpmsg pwrite64 pwritev pwritev2 query_module quotactl quotactl_fd read readahead readdir readlink ' +
  'readlinkat readv reboot recv recvfrom recvmmsg recvmsg remap_file_pages removexattr removexattrat rename renameat ' +
  'renameat2 request_key restart_syscall riscv_flush_icache riscv_hwprobe rmdir rseq rt_sigaction rt_sigpending ' +
  'rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo rtas s390_guarded_storage ' +
  's390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr s390_sthyi sched_get_priority_max sched_get_priority_min ' +
  'sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr ' +
  'sched_setparam sched_setscheduler sched_yield seccomp security select semctl semget semop semtimedop send sendfile ' +
  'sendfile64 sendmmsg sendmsg sendto set_mempolicy set_mempolicy_home_node set_robust_list set_thread_area set_tid_address ' +
  'setdomainname setfsgid setfsuid setgid setgroups sethostname setitimer setns setpgid setpriority setregid setresgid ' +
  'setresuid setreuid setrlimit setsid setsockopt settimeofday setuid setxattr setxattrat sgetmask shmat shmctl shmdt ' +
  'shmget shutdown sigaction sigaltstack signal signalfd signalfd4 sigpending sigprocmask sigreturn sigsuspend socket ' +
  'socketcall socketpair splice spu_create spu_run ssetmask stat statfs statfs64 statmount statx stime stty subpage_prot ' +
  'swapcontext swapoff swapon switch_endian symlink symlinkat sync sync_file_range sync_file_range2 syncfs ' +
  'sys_debug_setcontext sysfs sysinfo syslog tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime ' +
  'timer_settime timerfd timerfd_create timerfd_gettime timerfd_settime times tkill truncate truncate64 tuxcall ugetrlimit ' +
  'ulimit umask umount umount2 uname unlink unlinkat unshare uprobe uretprobe uselib userfaultfd ustat utime utimensat ' +
  'utimes vfork vhangup vm86 vmsplice vserver wait4 waitid waitpid write writev';

/** Two base-36 digits for each of `names`; `--` where the architecture lacks the call. */
export const numbers = {
  x64:
    '----4c17800l4j6w4f53114e--1d8x--0ccj3h3i282i2k4h8h6d6c6e6b1kc303c416922d4u4w0w0x845x836h5y7tc96g5z7w821n8y1o6f7hc765--7x' +
    '8c8d292j7gck2l7820--235dd0d18p5g211l5jbz5ac0byc105----3u--22--25--5mcocnchcm794x6n7m5v8l272661302z2w37101g3d331351323w8u' +
    '3c3a2p2q3g1f1j562o2u5bcw----4v727186735u5r5s995q5tbubvbt0g4t4s706z--8o8w6u6y1qcdccce2m5c2e7d1ecq5ecx5f----5w5i0859crctcs' +
    '060scl6l908vcf740r2b763p7745914709--4a4lcabx7r0a--6t6s6o6r6q6p0pcu1z1w1y1x0q--46480b8f0z7a50------------028gbwcz75c50y--' +
    '----8a3rc6c2bs0m854b969795077j4d0h87938ec8cg8m8n----7i2t520i88944y4zcb0057--2h7f0j4p--198b1b605hcy2a7c8s6x63----2c9a0d3j' +
    '0e3l0f3m3k89------------42435o8r3z41445n8q3y400o8t550n1u1s1t64--14--8j1a186mci7l5p624r3f3e2y384q128k313x363b39354g341i4k' +
    '2x58cv--0u0v1v0t1c--3n--7u81--------15--1h7n------043t--cp98--------4o4n--2g7e4i7p--8i--3v2r2v7o6i5l666a696867--7v7z7y2s' +
    '5k24--54----2n--4m1r2f7b7k9c9b3q8z3s3o7s6j1m49--7q6k1p6v--010k',
  arm64:
    '------5m6q--2h614r--------5k7s--5ycj2i2j1d----1f7e3635373464c31lc45n7x----2y0n--0o--0k0l--0mc9------0j657t2l2m1cc767--1b' +
    '7a7b1e1g1hck1j1i0p--2b0ad0d17l0d0w--0gbz07c0byc128----18--2a--1a--2qcocnchcm----6k2s--4o0h--1p4x4v4w4e2u5p4b--4s--4t3x7q' +
    '46444j4l4c5o5t4y4p4u08cw----2x0r--0q0s030104840002bubvbt0t----0v0u--7k862w633lcdccce--09--115lcq0bcx0c----0i0f1q06crctcs' +
    '--6hcl6j7v7rcf6m6g--0y--0x6c7w6e66----14cabx6n6a--55545053525160cu575658596b--6d6f5z7c2t2716--------------7dbwcz1kc5----' +
    '----6p2kc6c2bs--1n15818280--214n1v1x7y79c8cg7i7j----2039--1w1y7z--1ocb1r5x----261t3y--5r6r5w6i0ecy--127o623k------853q3s' +
    '3r3u3v3p3t6o------------3h3i3f7n3d3c3j3e7m3a3b3g7p----5b5a5d5c--1z--7h5v5q6lci2r--2o4i4847404f4h2v7g4a3w3z4543414k4d5s4q' +
    '4205cv--5g5f5h5e5u--3o----22--------5i--5j24--------17--cp83--------6968----10292c--7f----4z38253n--2z33313032--2d2f2e49' +
    '3m19--------4m--134g--0z2p------7u----2g----1m--23--782n--1s1u',
  riscv64:
    '------5m6q--2h614r--------5k7s--5ycj2i2j1d----1f7e3635373464c31lc45n7x----2y0n--0o--0k0l--0mc9------0j657t2l2m1cc7--671b' +
    '7a7b1e1g1hck1j1i--0p2b0ad0d17l0d0w--0gbz07c0byc1--2827--182a----1a2qcocnchcm----6k2s--4o0h--1p4x4v4w4e2u5p4b--4s--4t3x7q' +
    '46444j4l4c5o5t4y4p4u08cw----2x0r--0q0s030104840002bubvbt0t----0v0u--7k862w633lcdccce--09--115lcq0bcx0c1q--0i0f--06crctcs' +
    '--6hcl6j7v7rcf6m6g--0y--0x6c7w6e--66--14cabx6n6a--55545053525160cu575658596b--6d6f5z7c2t--16--------------7dbwcz1kc5----' +
    '----6p2kc6c2bs--1n15818280--214n1v1x7y79c8cg7i7j----2039--1w1y7z--1ocb1r5x----261t3y--5r6r5w6i0ecy----7o623k7776--853q3s' +
    '3r3u3v3p3t6o------------3h3i3f7n3d3c3j3e7m3a3b3g7p----5b5a5d5c----1z7h5v5q6lci2r--2o4i4847404f4h2v7g4a3w3z4543414k4d5s4q' +
    '4205cv--5g5f5h5e5u--3o----22--------5i--5j24----------17cp83--------6968----10292c--7f----4z38253n--2z33313032--2d2f2e49' +
    '3m--19------4m--134g--0z2p------7u----2g----1m--23--782n--1s1u',
  ppc64le:
    '3w3y45969k0x1f7h3g3t0r--3q93a10h19cj53540c0f511p9n6v6u6w6t3cc306c494aj083j3l151r8s6k8r6l--8fc96m--8j8q0ba2016i8ac76h--8l' +
    '8z903p2m89ck2n811j--445yd0d19t613z0264bz5vc0byc130----2s713a0z2l--65cocnchcm823m788b--8e523x5m1e1d1b282x983o1t0k571s2o9z' +
    '4q4l242543979g5r260o5wcw0w343k7o7n8u7p6f6c6das6b6ebubvbt1i2t327m7l399uam7g7j11cdccce0g5x098695cq5zcx60--1h6j630j5ucrctcs' +
    '2z5pcl77a5a0cf765q137z0e8046ai482i--3f0lcabx8d3h1k7f7e7a7d7c7b4jcub6b3b5b4405l47492j9l4i834o0y0s2c1n0i31059mbwcz7yc50t5k' +
    '5i5j8v3sc6c2bs168t5naoapaq4n7t4r4z8wak91c8cg9r9s182q7s0q58508xal4m3ncb035b2h2d88412g9c9d9j9i6n62cy12859x7i00----14ar4t4v' +
    '4u4x4s4y4w8y73----------4f4g679w4b4d4h669v4a4c4e9y--2aayax--aw9a56--9p9h9b79ci8c--6g3d3v3u1a29222w9q1l2p1z4p4k1y231u9f27' +
    '0n5tcv1wb1b0b2az9e1v551c8h8p213i3b20922u997v7r7q1x2y2r70cpan0p0v8m6x372fa32b8710--8k9o743r382v7w6y0d6o6s6r6q6p--8i8o8n17' +
    '5s2k--695a1m1o0m1g3e0a847u----2ea41q0u8g6z5933357x--367k070442',
  s390x:
    '----45--a40x1f7q3g3t0r--3qa19r--19cj54550c0f5w1p9d79787a773cc306c4a2af083j3l151r926x936y--8oc96z--8u8z0b9u016w8cc771--8q' +
    '98993p2m8bck5r831j--446dd0d19k6g3z026jbz6ac0byc130----2s7e3a--2l--6mcocnchcm843m7h8h--8n533x645m5l5k5p2xa83o1t0k581s2o9p' +
    '5v5t5b2543a7a56k265j6bcw--343k7x7w907y6v6s6tam6r6ububvbt1i----7v7u399jal7p7s11cdccce5i6c0988a3cq6ecx6f----326i0j69crctcs' +
    '2z63cl7g9w9qcf7z6213810e8246ae482i----0lcabx8m3h--7o7n7j7m7l7k4jcub6b3b5b440--47492j9b4i854p0y----------059cbwcz80c50t--' +
    '----973sc6c2bs169161apaqao4o8e4s5094ag9ac8cg9g9h----8d0q595195ah4n3ncb03662h2d8a412g--ab9xac7f6hcy12879n7r07----14an4u4w' +
    '4v4y4t4z4x96--ai9t9s9iak4f4g6o9m4b4d4h6n9l4a4c4e9o--3yayax--aw--57--9yaaa97ici8g--703d605z5y5q222w9f1l2p5o5u5s5n231ua627' +
    '5x68cv--b1b0b2azad1v561c8s8y213i3b209z2ua08i------2y2r7dcpaj--------372f--2b89108j--9e--3r382v8k6p--72767574738t8v8x8w17' +
    '6l2k--------1o0m1g3e0a868f----2e9v1q0u8r8p5a33--8l--367t--0442',
} as const;

/** The names that x64 or arm64 knows. */
export type SyscallName =
  | '_sysctl'
  | 'accept'
  | 'accept4'
  | 'access'
  | 'acct'
  | 'add_key'
  | 'adjtimex'
  | 'afs_syscall'
  | 'alarm'
  | 'arch_prctl'
  | 'bind'
  | 'bpf'
  | 'brk'
  | 'cachestat'
  | 'capget'
  | 'capset'
  | 'chdir'
  | 'chmod'
  | 'chown'
  | 'chroot'
  | 'clock_adjtime'
  | 'clock_getres'
  | 'clock_gettime'
  | 'clock_nanosleep'
  | 'clock_settime'
  | 'clone'
  | 'clone3'
  | 'close'
  | 'close_range'
  | 'connect'
  | 'copy_file_range'
  | 'creat'
  | 'create_module'
  | 'delete_module'
  | 'dup'
  | 'dup2'
  | 'dup3'
  | 'epoll_create'
  | 'epoll_create1'
  | 'epoll_ctl'
  | 'epoll_ctl_old'
  | 'epoll_pwait'
  | 'epoll_pwait2'
  | 'epoll_wait'
  | 'epoll_wait_old'
  | 'eventfd'
  | 'eventfd2'
  | 'execve'
  | 'execveat'
  | 'exit'
  | 'exit_group'
  | 'faccessat'
  | 'faccessat2'
  | 'fadvise64'
  | 'fallocate'
  | 'fanotify_init'
  | 'fanotify_mark'
  | 'fchdir'
  | 'fchmod'
  | 'fchmodat'
  | 'fchmodat2'
  | 'fchown'
  | 'fchownat'
  | 'fcntl'
  | 'fdatasync'
  | 'fgetxattr'
  | 'file_getattr'
  | 'file_setattr'
  | 'finit_module'
  | 'flistxattr'
  | 'flock'
  | 'fork'
  | 'fremovexattr'
  | 'fsconfig'
  | 'fsetxattr'
  | 'fsmount'
  | 'fsopen'
  | 'fspick'
  | 'fstat'
  | 'fstatfs'
  | 'fsync'
  | 'ftruncate'
  | 'futex'
  | 'futex_requeue'
  | 'futex_wait'
  | 'futex_waitv'
  | 'futex_wake'
  | 'futimesat'
  | 'get_kernel_syms'
  | 'get_mempolicy'
  | 'get_robust_list'
  | 'get_thread_area'
  | 'getcpu'
  | 'getcwd'
  | 'getdents'
  | 'getdents64'
  | 'getegid'
  | 'geteuid'
  | 'getgid'
  | 'getgroups'
  | 'getitimer'
  | 'getpeername'
  | 'getpgid'
  | 'getpgrp'
  | 'getpid'
  | 'getpmsg'
  | 'getppid'
  | 'getpriority'
  | 'getrandom'
  | 'getresgid'
  | 'getresuid'
  | 'getrlimit'
  | 'getrusage'
  | 'getsid'
  | 'getsockname'
  | 'getsockopt'
  | 'gettid'
  | 'gettimeofday'
  | 'getuid'
  | 'getxattr'
  | 'getxattrat'
  | 'init_module'
  | 'inotify_add_watch'
  | 'inotify_init'
  | 'inotify_init1'
  | 'inotify_rm_watch'
  | 'io_cancel'
  | 'io_destroy'
  | 'io_getevents'
  | 'io_pgetevents'
  | 'io_setup'
  | 'io_submit'
  | 'io_uring_enter'
  | 'io_uring_register'
  | 'io_uring_setup'
  | 'ioctl'
  | 'ioperm'
  | 'iopl'
  | 'ioprio_get'
  | 'ioprio_set'
  | 'kcmp'
  | 'kexec_file_load'
  | 'kexec_load'
  | 'keyctl'
  | 'kill'
  | 'landlock_add_rule'
  | 'landlock_create_ruleset'
  | 'landlock_restrict_self'
  | 'lchown'
  | 'lgetxattr'
  | 'link'
  | 'linkat'
  | 'listen'
  | 'listmount'
  | 'listxattr'
  | 'listxattrat'
  | 'llistxattr'
  | 'lookup_dcookie'
  | 'lremovexattr'
  | 'lseek'
  | 'lsetxattr'
  | 'lsm_get_self_attr'
  | 'lsm_list_modules'
  | 'lsm_set_self_attr'
  | 'lstat'
  | 'madvise'
  | 'map_shadow_stack'
  | 'mbind'
  | 'membarrier'
  | 'memfd_create'
  | 'memfd_secret'
  | 'migrate_pages'
  | 'mincore'
  | 'mkdir'
  | 'mkdirat'
  | 'mknod'
  | 'mknodat'
  | 'mlock'
  | 'mlock2'
  | 'mlockall'
  | 'mmap'
  | 'modify_ldt'
  | 'mount'
  | 'mount_setattr'
  | 'move_mount'
  | 'move_pages'
  | 'mprotect'
  | 'mq_getsetattr'
  | 'mq_notify'
  | 'mq_open'
  | 'mq_timedreceive'
  | 'mq_timedsend'
  | 'mq_unlink'
  | 'mremap'
  | 'mseal'
  | 'msgctl'
  | 'msgget'
  | 'msgrcv'
  | 'msgsnd'
  | 'msync'
  | 'munlock'
  | 'munlockall'
  | 'munmap'
  | 'name_to_handle_at'
  | 'nanosleep'
  | 'newfstatat'
  | 'nfsservctl'
  | 'open'
  | 'open_by_handle_at'
  | 'open_tree'
  | 'open_tree_attr'
  | 'openat'
  | 'openat2'
  | 'pause'
  | 'perf_event_open'
  | 'personality'
  | 'pidfd_getfd'
  | 'pidfd_open'
  | 'pidfd_send_signal'
  | 'pipe'
  | 'pipe2'
  | 'pivot_root'
  | 'pkey_alloc'
  | 'pkey_free'
  | 'pkey_mprotect'
  | 'poll'
  | 'ppoll'
  | 'prctl'
  | 'pread64'
  | 'preadv'
  | 'preadv2'
  | 'prlimit64'
  | 'process_madvise'
  | 'process_mrelease'
  | 'process_vm_readv'
  | 'process_vm_writev'
  | 'pselect6'
  | 'ptrace'
  | 'putpmsg'
  | 'pwrite64'
  | 'pwritev'
  | 'pwritev2'
  | 'query_module'
  | 'quotactl'
  | 'quotactl_fd'
  | 'read'
  | 'readahead'
  | 'readlink'
  | 'readlinkat'
  | 'readv'
  | 'reboot'
  | 'recvfrom'
  | 'recvmmsg'
  | 'recvmsg'
  | 'remap_file_pages'
  | 'removexattr'
  | 'removexattrat'
  | 'rename'
  | 'renameat'
  | 'renameat2'
  | 'request_key'
  | 'restart_syscall'
  | 'rmdir'
  | 'rseq'
  | 'rt_sigaction'
  | 'rt_sigpending'
  | 'rt_sigprocmask'
  | 'rt_sigqueueinfo'
  | 'rt_sigreturn'
  | 'rt_sigsuspend'
  | 'rt_sigtimedwait'
  | 'rt_tgsigqueueinfo'
  | 'sched_get_priority_max'
  | 'sched_get_priority_min'
  | 'sched_getaffinity'
  | 'sched_getattr'
  | 'sched_getparam'
  | 'sched_getscheduler'
  | 'sched_rr_get_interval'
  | 'sched_setaffinity'
  | 'sched_setattr'
  | 'sched_setparam'
  | 'sched_setscheduler'
  | 'sched_yield'
  | 'seccomp'
  | 'security'
  | 'select'
  | 'semctl'
  | 'semget'
  | 'semop'
  | 'semtimedop'
  | 'sendfile'
  | 'sendmmsg'
  | 'sendmsg'
  | 'sendto'
  | 'set_mempolicy'
  | 'set_mempolicy_home_node'
  | 'set_robust_list'
  | 'set_thread_area'
  | 'set_tid_address'
  | 'setdomainname'
  | 'setfsgid'
  | 'setfsuid'
  | 'setgid'
  | 'setgroups'
  | 'sethostname'
  | 'setitimer'
  | 'setns'
  | 'setpgid'
  | 'setpriority'
  | 'setregid'
  | 'setresgid'
  | 'setresuid'
  | 'setreuid'
  | 'setrlimit'
  | 'setsid'
  | 'setsockopt'
  | 'settimeofday'
  | 'setuid'
  | 'setxattr'
  | 'setxattrat'
  | 'shmat'
  | 'shmctl'
  | 'shmdt'
  | 'shmget'
  | 'shutdown'
  | 'sigaltstack'
  | 'signalfd'
  | 'signalfd4'
  | 'socket'
  | 'socketpair'
  | 'splice'
  | 'stat'
  | 'statfs'
  | 'statmount'
  | 'statx'
  | 'swapoff'
  | 'swapon'
  | 'symlink'
  | 'symlinkat'
  | 'sync'
  | 'sync_file_range'
  | 'syncfs'
  | 'sysfs'
  | 'sysinfo'
  | 'syslog'
  | 'tee'
  | 'tgkill'
  | 'time'
  | 'timer_create'
  | 'timer_delete'
  | 'timer_getoverrun'
  | 'timer_gettime'
  | 'timer_settime'
  | 'timerfd_create'
  | 'timerfd_gettime'
  | 'timerfd_settime'
  | 'times'
  | 'tkill'
  | 'truncate'
  | 'tuxcall'
  | 'umask'
  | 'umount2'
  | 'uname'
  | 'unlink'
  | 'unlinkat'
  | 'unshare'
  | 'uprobe'
  | 'uretprobe'
  | 'uselib'
  | 'userfaultfd'
  | 'ustat'
  | 'utime'
  | 'utimensat'
  | 'utimes'
  | 'vfork'
  | 'vhangup'
  | 'vmsplice'
  | 'vserver'
  | 'wait4'
  | 'waitid'
  | 'write'
  | 'writev';
