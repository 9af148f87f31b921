// Written by scripts/generate-syscall-numbers.mjs. Do not edit.

/** Every system call name of any ABI, sorted, separated by a space. */
export const names: string =
  '_llseek _newselect _sysctl accept accept4 access acct add_key adjtimex afs_syscall alarm arch_prctl arm_fadvise64_64 ' +
  'arm_sync_file_range atomic_barrier atomic_cmpxchg_32 bdflush bind bpf break brk cachectl cacheflush cachestat capget ' +
  'capset chdir chmod chown chown32 chroot clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime ' +
  'clock_gettime64 clock_nanosleep clock_nanosleep_time64 clock_settime clock_settime64 clone clone3 close close_range ' +
  'connect copy_file_range creat create_module delete_module dup dup2 dup3 epoll_create epoll_create1 epoll_ctl ' +
  'epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit exit_group ' +
  'faccessat faccessat2 fadvise64 fadvise64_64 fallocate fanotify_init fanotify_mark fchdir fchmod fchmodat fchmodat2 ' +
  'fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr file_getattr file_setattr finit_module flistxattr flock fork ' +
  'fremovexattr fsconfig fsetxattr fsmount fsopen fspick fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftime ftruncate ' +
  'ftruncate64 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake futimesat get_kernel_syms get_mempolicy ' +
  'get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32 ' +
  'getgroups getgroups32 getitimer getpagesize getpeername getpgid getpgrp getpid getpmsg getppid getpriority getrandom ' +
  'getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid ' +
  'getuid32 getxattr getxattrat gtty idle init_module inotify_add_watch inotify_init inotify_init1 inotify_rm_watch ' +
  'io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit io_uring_enter io_uring_register ' +
  'io_uring_setup ioctl ioperm iopl ioprio_get ioprio_set ipc kcmp kexec_file_load kexec_load keyctl kill landlock_add_rule ' +
  'landlock_create_ruleset landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listmount listxattr ' +
  'listxattrat llistxattr llseek lock lookup_dcookie lremovexattr lseek lsetxattr lsm_get_self_attr lsm_list_modules ' +
  'lsm_set_self_attr lstat lstat64 madvise map_shadow_stack mbind membarrier memfd_create memfd_secret migrate_pages ' +
  'mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 modify_ldt mount mount_setattr move_mount ' +
  'move_pages mprotect mpx mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend ' +
  'mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync multiplexer munlock munlockall munmap ' +
  'name_to_handle_at nanosleep newfstatat nfsservctl nice oldfstat oldlstat oldolduname oldstat olduname open ' +
  'open_by_handle_at open_tree open_tree_attr openat openat2 pause pciconfig_iobase pciconfig_read pciconfig_write ' +
  'perf_event_open personality pidfd_getfd pidfd_open pidfd_send_signal pipe pipe2 pivot_root pkey_alloc pkey_free ' +
  'pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_madvise process_mrelease ' +
  'process_vm_readv process_vm_writev prof profil pselect6 pselect6_time64 ptrace putpmsg pwrite64 pwritev pwritev2 ' +
  'query_module quotactl quotactl_fd read readahead readdir readlink readlinkat readv reboot recv recvfrom recvmmsg ' +
  'recvmmsg_time64 recvmsg remap_file_pages removexattr removexattrat rename renameat renameat2 request_key restart_syscall ' +
  'riscv_flush_icache riscv_hwprobe rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn ' +
  'rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo rtas s390_guarded_storage s390_pci_mmio_read ' +
  's390_pci_mmio_write s390_runtime_instr s390_sthyi sched_get_priority_max sched_get_priority_min sched_getaffinity ' +
  'sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity ' +
  'sched_setattr sched_setparam sched_setscheduler sched_yield seccomp security select semctl semget semop semtimedop ' +
  'semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto set_mempolicy set_mempolicy_home_node set_robust_list ' +
  'set_thread_area set_tid_address setdomainname setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups ' +
  'setgroups32 sethostname setitimer setns setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid ' +
  'setresuid32 setreuid setreuid32 setrlimit setsid setsockopt settimeofday setuid setuid32 setxattr setxattrat sgetmask ' +
  'shmat shmctl shmdt shmget shutdown sigaction sigaltstack signal signalfd signalfd4 sigpending sigprocmask sigreturn ' +
  'sigsuspend socket socketcall socketpair splice spu_create spu_run ssetmask stat stat64 statfs statfs64 statmount statx ' +
  'stime stty subpage_prot swapcontext swapoff swapon switch_endian symlink symlinkat sync sync_file_range sync_file_range2 ' +
  'syncfs sys_debug_setcontext syscall sysfs sysinfo syslog sysmips tee tgkill time timer_create timer_delete ' +
  'timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd timerfd_create timerfd_gettime ' +
  'timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill truncate truncate64 tuxcall ugetrlimit ulimit umask ' +
  'umount umount2 uname unlink unlinkat unshare uprobe uretprobe uselib userfaultfd ustat utime utimensat utimensat_time64 ' +
  'utimes vfork vhangup vm86 vm86old vmsplice vserver wait4 waitid waitpid write writev';

/** Two base-36 digits for each of `names`; `--` where the ABI lacks the call. */
export const numbers = {
  x86:
    '3w3y45--a40x1f7y3g3t0rao--------3qa19x0h19----cj54550c0f525w1p9jb97eba7db77fbb7cb83cc306c4a2ah083j3l151r96729573--8vc974' +
    '--8z940b9y01708jc76y7k909e9f3p2m8ick2n5r8a1j65446fd0d19q6i3z026lbz6cc0byc1305h8c2s7h3a0z2l5e6ocobqcnchcm8b3m7n8o6s8u533x' +
    '641e5m1d5l1b5k285p2x--a83o1t0k581s2o9v4r5v4l5t242543a7a568260o5j6dcw0w343k848398856x6u6vapbk6t6wbubvbt1i2t328281399p--7v' +
    '8011cdccce0g5i6e098fa3cq6gcx6h--1h716k0j6bcrctcs2z5g63cl7maf9wcf866213880e8946ag482i5c3f0lcabx8t3h1k7u7t7p7sbn7rbm7q4jcu' +
    'b6b3b5b440--47492j9h4i--4p0y0s2c1n0i31059ibwcz87c50t------9c3sc6c2bs169761alamak4o8lbi4s5099ai9gc8cg9n9o182q8kbh0q59519a' +
    'aj4n3ncb03692h2d8h412g--ab9dblac756jcy128e9t7z00----14aq4u4w4v4y4t4z4xbp9b------------4f4g6q9s4b4d4hbr6p9r4a4c4e9u--2aay' +
    'ax----bo--576n9laaa97oci8n6r763d3v603u5z1a5y295q222w9m1l2p1z5o4q5u4k5s1y5n231ua6270n5x6acv1wb1b0b2azad1v561c8x93213i3b20' +
    '9z2ua08p----1x2y5f2r7gcpan0p0v----372f--2b8g108q--9k----3r382v--8r7i0d777b7a79bc78bd--8y92be91bf176m2k5d--5b1m1o0m1g3e0a' +
    '8d8m----2eae1q0u8wbg7j5a334m358s7l367w070442',
  x32:
    '------17800l4j6w4f53114e----------1d8x--0c----cj3h3i282i2k--4h8h--6d--6c--6e--6b--1kc303c416922d--4w0w0x845x836h--7tc96g' +
    '--7w82egf51o6f7hc765--7x8c8d292j7gck2l--7820--235dd0d18p5g211l5jbz5ac0byc105----3u--22--25--5mco--cnchcm79--6ner--8l2726' +
    '6130--2z--2w--37--10--1g3d331351323w8u3c--3a--2p2q3g1ff2562o2u--5bcw----4v727186735u5r5s99--f3f4bubvbtea4t4s706z--8o8weo' +
    '6y1qcdccce2m--5c2e7d1ecq5ecx5f----5w5i0859crctcs06--0scl6l908vcf740r2b763p7745914709--4a4lcabxet0a--6ten6o6r--6q--6p0pcu' +
    '1z1w1y1x0q--46480b8f0z7a--------------028gbwcz75c50y------8a3rc6c2bs0m854b969795077j--4d0heuf68ec8cgezf0----7i--eh520iev' +
    'f7--4zcb0057--2h7feb4p--edex--ef605hcy2a7c8s6x63----2c9ae8ei0eeke93mej--ew------------42435o8r3z4144--5n8q3y400o8t550n1u' +
    '1s1t64----14--eyee186mcieq--624r3f--3e--2y--38--4q128k313x36--3b--39--35--4g34f14k2x--58cv--0u0v1v0t1c--el--7u81--------' +
    '15--1h7n------04--3t--cp98--------4o4n--2g7e4i7p--8i----3v2r2v--7o6i5lem6a6968--67----7v7z--7y--2s5k24--54----2n--4m1r2f' +
    '7b7k------8z3s3o7s--6j1m49----es--1pep--01ec',
  arm:
    '3w3y457xa60x1f8l3g------7i9h----3q7uaq--19----cj54550c0f525w1pacb97cba7bb77dbb7ab83cc306c47vav08--3l151r9y6y9x6z--9mc970' +
    '--9r9w0bar016w9ac7----9sa7a83p2m99ck2n5r911j65446fd0d1aj6i3z026lbz6cc0byc1305h932s7f3a--2l5e6ocobqcnchcm92--8w9f--9l533x' +
    '611e5m1d5l1b5k285p2x--7z3o1t0k--1s2oao4r5v4l5t--25437y8768260o5j6dcw----3k8t8sa08u6v6s6tb3bk6r6ububvbt1i----8r8q--aib59n' +
    '8n11cdccce0g5i6e09967wcq6gcx6h----6x6k0j6bcrctcs2z5g64cl8vatap--b463138z0e9046au48--5c--0lcabx9k3h--7r7q7m7pbn7obm7n4jcu' +
    '8g8f8e8d40--47492jaa4i--4p0y----------05abbwcz8yc50t7j7k7la43sc6c2bs169z62azb0ay4o9cbi4s50a1awa9c8cgagah----9bbh0q--51a2' +
    'ax--3ncb0369--2d98412g8384a5bl89716jcy1295am8m00----14b24u4w4v4y4t4z4xbpa3------------4f4g6qal4b4d4hbr6pak4a4c4ean----8c' +
    '8b8a8obo81576nae88828xci9e--743d3v603u5z1a5y295q222waf1l2p1z5o4q5u4k5s1y5n231u86270n5x6acv--8h8k8i8j851v56--9p9v213i3b20' +
    '7t--809g------2y5f2r7ecpb1--------372f--2b9710--9had----3r382v--9i7g--75797877bc76bd--9q9ube9tbf176m2k5d--5b--1o--1g3e0a' +
    '949d----2eas1q--9obg7h5a33----9j8p367s--0442',
  mips:
    '3w3y494o9a0x1f7s3g3t0r----------3q4p9v0h194443cj5o5p0c0f5m--1p9hb97cba7bb77dbb7ab83cc306c44qa0083j3l151r936w926x--8pc96y' +
    '--8v910b9w016u8cc772--8w9c9d3p2m8bck2n--831j64486dd0d19o6g3z026jbz6ac0byc1305z852s743a0z2l5w6mcobqcnchcm843m7h8m--8o5n3x' +
    '631e--1d--1b--28--2x--4r3o1t0k5s1s2o9t5b--56--2425474s4t66260o--6bcw0w343k7x7w957y6t6q6ra8bk6p6sbubvbt1i2t328r8q399n--8n' +
    '7u11cdccce0g--6c09884ucq6ecx6f--1h6v6i0j69crctcs2z5y62cl7g9y9u--7z6113810e824a9z4c2i5u3f0lcabx8k3h1k7o7n7j7mbn7lbm7k4ncu' +
    'b6b3b5b440--4b4d2j9f4m--590y----------059gbwcz80c50t------993sc6c2bs169460a4a5a3588ebi5c5k96a19ec8cg9l9m182q8dbh0q5t5l97' +
    'a2573ncb03672h2d8a412g4v4w9bbl4x6z6hcy12879r7t71----14a75e5g5f5i5d5j5hbp98------------4j4k6o9q4f4h4lbr6n9p4e4g4i9s----ay' +
    'ax----bo4y5r6l9j4z507ici8l7v703d3v--3u--1a--29--222w9k1l2p1z--5a--55--1y--231u51270n--68cv1wb1b0b2az521v5q1c8t90213i3b20' +
    '532u548g----1x2y5x2r73cpa60p0v----372f--2b89108h--9i--003r382v458i7e0d75797877bc76bd8u8x8ybe8zbf176k2k5v----1m1o0m1g3e0a' +
    '868f----2e9x1q0u8sbg7f--3335--8j7p367q070442',
  mips64:
    '--0m4816850k4e6n4a4w11------------1c8r--0c5i5hcj3f3g262g2i--4c8c--67--66--68--65--1jc303c4158w2b4n4p0v0w7y5r7x5s--7kc95t' +
    '--7q7w1l8s1m5p77c75z--7r8788272h76ck2j--6y1y--2155d0d18j581z1k5bbz52c0byc105----3r--20--23--5eco--cnchcm6z4q6c7h--7j2524' +
    '8k2y--2x--2u--35--0z--1f3b31124u303t8p3a--38--2n2o3e1e1i4y2m2s--53cw----4o6s6r806t5o5l5m94--5k5nbubvbt0f----7m7l--8i--7i' +
    '6p1ocdccce2k--542c731dcq56cx57----5q5a0851crctcs06--0rcl6b8u8q--6u0q296w3n6x428v4409----4gcabx7f0a--6j6i6e6h--6g--6f0ocu' +
    '1x1u1w1v0p--43450b8a0y704t------------028bbwcz6vc50x------843oc6c2bs0l7z4790918z0779--490g818x89c8cg8g8h----78--2r4v0h82' +
    '8y4r4scb004z--2f750i4k--1886--1a5u59cy28728n6o5x----2a930d3h0e3j5v3k3i--83------------3z405g8m3w3y41--5f8l3v3x0n8o----1s' +
    '1q1r5y----13--8e19176dci7g6q5w4m3d--3c--2w--36--4l108f2z3u34--39--37--33--4b321h4f2v--50cv--0t0u1t0s1b--3l--7o7v--------' +
    '14--1g7b------04--3q--cp92--------4j4i--2e744d7c--8d----3s2p2t5j7d69--60646362--61--7p7s7t--7u--2q5c22--------2l--4h1p2d' +
    '717a------8t3p3m7n--6a--46----7e6k1n6l--010j',
  mips64n32:
    '--0m4816890k4e6r4a4w11------------1c8v--0c5i5hcj3f3g262g2i--4c8hb96bba6ab76cbb69b81jc303c415902b4n4p0v0w825r815s--7oc95t' +
    '--7u801l8w1m5p7bc760--7v8c8d272h7ack2j--721y5w2155d0d18o581z1k5bbz52c0byc105----3r6220--23--5ecobqcnchcm734q6g7l--7n2524' +
    '8b2y--2x--2u--35--0z--1f3b31124u303t8t3a--38--2n2o3e1e1i4y2m2s--53cw----4o6w6v846x5o5l5m98bk5k5nbubvbt0f----7q7p--8n--7m' +
    '6t1ocdccce2k--542c771dcq56cx57----5q5a0851crctcs06--0rcl6f8y8u--6y0q29703n71428z4409----4gcabx7j0a--6n6m6i6lbn6kbm6j0ocu' +
    '1x1u1w1v0p--43450b8f0y744t------------028gbwcz6zc50x------883oc6c2bs0l8347949593077dbi490g85918ec8cg8l8m----7cbh2r4v0h86' +
    '924r4scb004z--2f790i4k--188abl1a5u59cy28768r6s5y----2a970d3h0e3j5v3k3ibp87------------3z405g8q3w3y41br5f8p3v3x0n8s----1s' +
    '1q1r5zbo--13638j19176hci7k6u5x4m3d--3c--2w--36--4l108k2z3u34--39--37--33--4b321h4f2v--50cv--0t0u1t0s1b--3l--7s7z--------' +
    '14--1g7f------04--3q61cp96--------4j4i--2e784d7g--8i----3s2p2t5j7h6d--64686766bc65bd7t7w7xbe7ybf2q5c22--------2l--4h1p2d' +
    '757e------8x3p3m7rbg6e--46----7i6o1n6p--010j',
  ppc:
    '3w3y45969k0x1f7h3g3t0r----------3q93a10h19----cj53540c0f51--1p9nb96vba6ub76wbb6tb83cc306c494aj083j3l151r8s6k8r6l--8fc96m' +
    '--8j8q0ba2016i8ac76h728l8z903p2m89ck2n--811j5o445yd0d19t613z0264bz5vc0byc1305h832s713a0z2l5e65cobqcnchcm823m788b--8e523x' +
    '5m1e--1d--1b--28--2x--983o1t0k571s2o9z4q--4l--242543979g5r260o--5wcw0w343k7o7n8u7p6f6c6dasbk6b6ebubvbt1i2t327m7l399uam7g' +
    '7j11cdccce0g--5x098695cq5zcx60--1h6j630j5ucrctcs2z5g5pcl77a5a0--765q137z0e8046ai482i5c3f0lcabx8d3h1k7f7e7a7dbn7cbm7b4jcu' +
    'b6b3b5b4405l47492j9l4i--4o0y0s2c1n0i31059mbwcz7yc50t5k5i5j8v3sc6c2bs168t5naoapaq4n7tbi4r4z8wak91c8cg9r9s182q7sbh0q58508x' +
    'al4m3ncb035b2h2d88412g9c9d9jbl9i6n62cy12859x7i00----14ar4t4v4u4x4s4y4wbp8y73----------4f4g679w4b4d4hbr669v4a4c4e9y--2aay' +
    'ax----bo9a566a9p9h9b79ci8c--6g3d3v--3u--1a--29--222w9q1l2p1z--4p--4k--1y--231u9f270n--5tcv1wb1b0b2az9e1v551c8h8p213i3b20' +
    '922u997v7r7q1x2y5f2r70cpan0p0v8m6x372fa32b8710--8k9o74--3r382v--7w6y0d6o6s6r6qbc6pbd--8i8obe8nbf175s2k5d695a1m1o0m1g3e0a' +
    '847u----2ea41q0u8gbg6z593335--7x--367k070442',
  s390:
    '3w3y45--a40x1f7q3g3t0r----------3qa19r--19----cj54550c0f525w1p9db979ba78b77abb77b83cc306c4a2af083j3l151r926x936y--8oc96z' +
    '--8u8z0b9u016w8cc7717c8q98993p2m8bck2n5r831j65446dd0d19k6g3z026jbz6ac0byc1305h852s7e3a--2l5e6mcobqcnchcm843m7h8h--8n533x' +
    '641e5m1d5l1b5k285p2x--a83o1t0k581s2o9p4r5v4l5t242543a7a56k260o5j6bcw--343k7x7w907y6v6s6tambk6r6ububvbt1i2t--7v7u399jal7p' +
    '7s11cdccce0g5i6c0988a3cq6ecx6f----326i0j69crctcs2z5g63cl7g9w9q--7z6213810e8246ae482i5c--0lcabx8m3h--7o7n7j7mbn7lbm7k4jcu' +
    'b6b3b5b440--47492j9b4i--4p0y----------059cbwcz80c50t------973sc6c2bs169161apaqao4o8ebi4s5094ag9ac8cg9g9h----8dbh0q595195' +
    'ah4n3ncb03662h2d8a412g--ab9xblac7f6hcy12879n7r07----14an4u4w4v4y4t4z4xbp96--ai9t9s9iak4f4g6o9m4b4d4hbr6n9l4a4c4e9o----ay' +
    'ax----bo--57679yaaa97ici8g--703d3v603u5z1a5y295q222w9f1l2p1z5o4q5u4k5s1y5n231ua6270n5x68cv--b1b0b2azad1v561c8s8y213i3b20' +
    '9z2ua08i------2y5f2r7dcpaj0p------372f--2b89108j--9e----3r382v--8k6p0d72767574bc73bd8t8v8xbe8wbf176l2k5d--5b--1o0m1g3e0a' +
    '868f----2e9v1q0u8rbg8p5a33----8l--367t--0442',
  parisc:
    '3w3y450z8w0x1f7c3g--0r----------3q0m9h--19----cj2y2z0c0f50--1p90b975ba74b776bb73b83cc306c40v9m08--3l151r8o688n69--89c96a' +
    '--8g8m0b9i01667zc7--6k8h8y8z3p2m7yck2n--7q1j5m446rd0d1996u3z026xbz6oc0byc10s347s2s8b3a--2l5k5ucobqcnchcm7r--7982--88323x' +
    '5l1e--1d--1b--28--2x--1h3o1t0k--1s2o9f4r--4l--24254318525q260o--6pcw----3k7i7h8q7j6360619qbk5z62bubvbt1i----7g7f--989v8c' +
    '7e11cdccce0g--6q097v0wcq6scx6t----676w0j6ncrctcs2c5i3bcl789j9g--7k20137o0e7p469l482i2h--0lcabx873h--6i6h6d6gbn6fbm6e4jcu' +
    '5b5a595840--47492j914i----0y----------0592bwcz7nc50t------8u3sc6c2bs168p1v9s9t9r4o7mbi4s308r9n8xc8cg9697----7lbh0q--318s' +
    '9o--3ncb035r--2d7x412g2q3f8vbl546b6vcy127u9d7d00----149u4u4w4v4y4t4z4xbp8t------------4f4g5w9b4b4d4hbr5v9a4a4c4e9e----57' +
    '56556cbo1m3e5t95532a7aci81--6l3d3v--3u--1a--29--222w941l2p1z--4q--4k--1y--231u51270n--6mcv1w5c5f5d5e39--4m1c8e8l213i----' +
    '0h--1k83----1x0i2t2r8acp9p0p------372f--2b7w1084--93----3r382v--85770d6y727170bc6zbd--8i8kbe8jbf175s2k5j------1o--1g1n0a' +
    '7t80----2e9k1q0u8dbg9c3533----86--366j070442',
  parisc64:
    '3w3y450z8w0x1f7c3g--0r----------3q0m9h--19----cj2y2z0c0f50--1p90--75--74--76--73--3cc306c40v9m08--3l151r8o688n69--89c96a' +
    '--8g8m0b9i01667zc7--6k8h8y8z3p2m7yck2n--7q1j5m446rd0d1996u3z026xbz6oc0byc10s347s2s8b3a--2l5k5uco--cnchcm7r--7982--88323x' +
    '5l1e--1d--1b--28--2x--1h3o1t0k--1s2o9f4r--4l--24254318525q260o--6pcw----3k7i7h8q7j6360619q--5z62bubvbt1i----7g7f--989v8c' +
    '7e11cdccce0g--6q097v0wcq6scx6t----676w0j6ncrctcs2c5i3bcl789j9g--7k20137o0e7p469l482i2h--0lcabx873h--6i6h6d6g--6f--6e4jcu' +
    '5b5a595840--47492j914i----0y----------0592bwcz7nc50t------8u3sc6c2bs168p1v9s9t9r4o7m--4s308r9n8xc8cg9697----7l--0q--318s' +
    '9o--3ncb035r--2d7x412g2q3f8v--546b6vcy127u9d7d00----149u4u4w4v4y4t4z4x--8t------------4f4g5w9b4b4d4h--5v9a4a4c4e9e----57' +
    '56556c--1m3e5t95532a7aci81--6l3d3v--3u--1a--29--222w941l2p1z--4q--4k--1y--231u51270n--6mcv1w5c5f5d5e39--4m1c8e8l213i----' +
    '0h--1k83----1x0i2t2r8acp9p0p------372f--2b7w1084--93----3r382v--85770d6y727170--6z----8i8k--8j--175s2k5j------1o--1g1n0a' +
    '7t80----2e9k1q0u8d--9c3533----86--366j070442',
  loongarch64:
    '------5m6q--2h614r----------------5k7s--5y----cj2i2j1d------1f7e--36--35--37--34--64c31lc45n7x----2y0n--0o--0k0l--0mc9--' +
    '----0j657t2l2m1cc767--1b7a7b1e1g1hck1j--1i0p--2b0ad0d17l0d0w--0gbz07c0byc128----18--2a--1a--2qco--cnchcm----6k2s--4o0h--' +
    '1p4x--4v--4w--4e--2u--5p4b--4s--4t3x7q46--44----4l4c5o5t4y4p4u--08cw----2x0r--0q0s03010484--0002bubvbt0t----0v0u--7k862w' +
    '633lcdccce----09--115lcq0bcx0c----0i0f1q06crctcs----6hcl6j7v7r--6m6g--0y--0x6c7w6e66----14cabx6n6a--55545053--52--5160cu' +
    '575658596b--6d6f5z7c2t2716--------------7dbwcz1kc5--------6p2kc6c2bs--1n15818280--21--4n1v1x7y79c8cg7i7j----20--39--1w1y' +
    '7z--1ocb1r5x----261t3y--5r6r--5w6i0ecy----7o623k------853q3s3r3u3v3p3t--6o------------3h3i3f7n3d3c3j--3e7m3a3b3g7p----5b' +
    '5a5d5c----1z--7h5v5q6lci2r--2o4i48--47--40--4f--4h2v7g4a3w3z--45--43--41----4d5s4q42--05cv--5g5f5h5e5u--3o----22--------' +
    '5i--5j24----------17--cp83--------6968----10292c--7f------4z38--253n--2z333130--32----2d2f--2e--493m19--------4m--134g--' +
    '0z2p------7u----2g------1m----23--782n--1s1u',
  m68k:
    '3w3y45--a10x1f7r3g--0r------9c9b3q9y9u--19--3fcj54550c0f0g5i1p9ib979ba78b77abb77b83cc306c49zag083j3l151r926x916y--8rc96z' +
    '--8v900b9v016v8cc76u7f8w9d9e3p2m8bck2n5r831j6n446cd0d19o6f3z026ibz69c0byc1305h852s7c3a--2l5e6jcobqcnchcm843m7h8h998q533x' +
    '641e5m1d5l1b5k285p2x4ma53o1t0k581s2o9s4r5v4l5t242543a4a265260o5j6acw----3k7x7w947y6t6q6r--bk6p6sbubvbt1i----7v7u399n--8p' +
    '7t11cdccce525w6b0988a0cq6dcx6e----6w6h0j68crctcs2z5g6mcl7gae9t--7z6l13810e8246af482i5c--0lcabx8m3h--7o7n7j7mbn7lbm7k4jcu' +
    'b6b3b5b440--47492j9g4i--4p0y0s2c--0i--059hbwcz80c50t------983sc6c2bs169361amanal4o8ebi4s5095ah9fc8cg9l9m----8dbh0q595196' +
    'ai4n3ncb036o2h2d8a412g--a8abbla9706gcy12879r7s00----14ao4u4w4v4y4t4z4xbp97------------4f4g8o9q4b4d4hbr8n9p4a4c4eak--2aay' +
    'ax----bo--576kaca7a67ici8g9a713d3v603u5z1a5y295q222w9k1l2p1z5o4q5u4k5s1y5n231ua3270n5x67cv1wb1b0b2azaa1v561c8t8z213i3b20' +
    '9w2u9x8i----1x2y5f2r7bcpaj0p------372f--2b89108j--9j----3r382v--8k7d0d72767574bc73bd--8u8ybe8xbf17662k5d--5b--1o0m1g3e0a' +
    '868f----2ead1q0u8sbg7e5a33----8l--367p070442',
  sh:
    '3w3y459k9y0x1f7x3g--0r----------3q9haf--19--3fcj54550c0f525w1pa1b97eba7db77fbb7cb83c--06c49iak08--3l151r96729573--8vc974' +
    '--8z940bag01708jc76y7k909d9e3p2m8ick2n5r8a1j65446fd0d1a86i3z026lbz6cc0byc1305h8c2s7h3a--2l5e6ocobqcnchcm8b--7n8o--8u533x' +
    '641e5m1d5l1b5k285p2x--9m3o1t0k--1s2oad4r5v4l5t2425439l9u68260o5j6dcw----3k838298846x6u6v--bk6t6wbubvbt1i----818039a7--7v' +
    '7z11cdccce0g5i6e098f9jcq6gcx6h----716k0j6bcrctcs2z5g63cl7maiae--866213880e8946aj482i5c--0lcabx8t3h--7u7t7p7sbn7rbm7q4jcu' +
    'b6b3b5b440--47492j9z4i--4p0y0s2c--0i3105a0bwcz87c50t------9c3sc6c2bs169761apaqao4o8lbi4s5099al9fc8cga5a6----8kbh0q--519a' +
    'am--3ncb03692h2d8h412g9q9r9xbl9w756jcy128eab7y00----14ar4u4w4v4y4t4z4xbp9b------------4f4g6qa94b4d4hbr6paa4a4c4eac----ay' +
    'ax----bo9o576na39v9p7oci8n--763d3v603u5z1a5y295q222wa41l2p1z5o4q5u4k5s1y5n231u9t270n5x6acv1wb1b0b2az9s1v561c8x93213i3b20' +
    '9g2u9n8p----1x2y5f2r7gcpan0p------372f--2b8g108q--a2----3r382v--8r7i0d777b7a79bc78bd--8y92be91bf176m2k5d--5b--1o0m1g3e0a' +
    '8d8m----2eah1q0u8wbg7j5a33----8s--367w070442',
} as const;
