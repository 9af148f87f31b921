/** Protocol of netlink sockets for links, addresses and routes; level of their options. @man netlink(7), rtnetlink(7) */
export const NETLINK_ROUTE = 0;
export const SOL_NETLINK = 270;

/** Options of netlink sockets. @kernel EXT_ACK 4.12, GET_STRICT_CHK 4.20 */
export const NETLINK = { ADD_MEMBERSHIP: 1, CAP_ACK: 10, EXT_ACK: 11, GET_STRICT_CHK: 12 } as const;

/** Sizes of what messages begin with. */
export const NLMSGHDR_SIZE = 16;
export const IFINFOMSG_SIZE = 16;
export const IFADDRMSG_SIZE = 8;
export const RTMSG_SIZE = 12;
export const RTGENMSG_SIZE = 4;
export const RTNEXTHOP_SIZE = 8;
export const NLATTR_SIZE = 4;
/** sockaddr_nl: family, padding, port id, groups. */
export const SOCKADDR_NL_SIZE = 12;

/** Types of messages that are no subsystem's. */
export const NLMSG = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4 } as const;

/** Flags of messages. Those from 0x100 up mean different things to requests that get, that make, and to answers. */
export const NLM_F = {
  REQUEST: 0x1,
  MULTI: 0x2,
  ACK: 0x4,
  ECHO: 0x8,
  DUMP_INTR: 0x10,
  DUMP_FILTERED: 0x20,
  DUMP: 0x300,
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  APPEND: 0x800,
  CAPPED: 0x100,
  ACK_TLVS: 0x200,
} as const;

/** Attributes behind an answer, with NETLINK_EXT_ACK. */
export const NLMSGERR_ATTR = { MSG: 1, OFFS: 2, MISS_TYPE: 5, MISS_NEST: 6 } as const;

/** The two bits of an attribute's type that aren't its number. */
export const NLA_F_NESTED = 0x8000;
export const NLA_TYPE_MASK = 0x3fff;

/** Messages of rtnetlink. @man rtnetlink(7) */
export const RTM = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  SETLINK: 19,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWNSID: 88,
  GETNSID: 90,
} as const;

/** Groups that a socket can hear news of. */
export const RTNLGRP = { LINK: 1, IPV4_IFADDR: 5, IPV4_ROUTE: 7, IPV6_IFADDR: 9, IPV6_ROUTE: 11 } as const;

/** Attributes of links. @kernel TARGET_NETNSID 4.20, ALT_IFNAME 5.5, NEW_IFINDEX 5.13 for moves */
export const IFLA = {
  ADDRESS: 1,
  BROADCAST: 2,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  TXQLEN: 13,
  OPERSTATE: 16,
  LINKINFO: 18,
  NET_NS_PID: 19,
  IFALIAS: 20,
  NET_NS_FD: 28,
  EXT_MASK: 29,
  LINK_NETNSID: 37,
  TARGET_NETNSID: 46,
  NEW_IFINDEX: 49,
  PROP_LIST: 52,
  ALT_IFNAME: 53,
} as const;

/** In IFLA_LINKINFO. */
export const IFLA_INFO = { KIND: 1, DATA: 2, SLAVE_KIND: 4 } as const;
/** In IFLA_INFO_DATA of a veth. */
export const VETH_INFO = { PEER: 1 } as const;
/** What IFLA_EXT_MASK asks for. @kernel 4.4 */
export const RTEXT_FILTER_SKIP_STATS = 0x8;

/** Flags of links. @man netdevice(7) */
export const IFF = {
  UP: 0x1,
  BROADCAST: 0x2,
  LOOPBACK: 0x8,
  POINTOPOINT: 0x10,
  RUNNING: 0x40,
  NOARP: 0x80,
  PROMISC: 0x100,
  MULTICAST: 0x1000,
  LOWER_UP: 0x10000,
} as const;

/** Attributes of addresses. */
export const IFA = {
  ADDRESS: 1,
  LOCAL: 2,
  LABEL: 3,
  BROADCAST: 4,
  CACHEINFO: 6,
  FLAGS: 8,
  RT_PRIORITY: 9,
  TARGET_NETNSID: 10,
  PROTO: 11,
} as const;

/** Flags of addresses. */
export const IFA_F = {
  SECONDARY: 0x1,
  NODAD: 0x2,
  OPTIMISTIC: 0x4,
  DADFAILED: 0x8,
  HOMEADDRESS: 0x10,
  DEPRECATED: 0x20,
  TENTATIVE: 0x40,
  PERMANENT: 0x80,
  MANAGETEMPADDR: 0x100,
  NOPREFIXROUTE: 0x200,
} as const;

/** How far an address or route reaches. */
export const RT_SCOPE = { UNIVERSE: 0, SITE: 200, LINK: 253, HOST: 254, NOWHERE: 255 } as const;
export const RT_TABLE = { MAIN: 254, LOCAL: 255 } as const;
/** Who made a route. */
export const RTPROT = { KERNEL: 2, BOOT: 3, STATIC: 4, RA: 9, DHCP: 16 } as const;
/** Kinds of routes. */
export const RTN = {
  UNICAST: 1,
  LOCAL: 2,
  BROADCAST: 3,
  ANYCAST: 4,
  MULTICAST: 5,
  BLACKHOLE: 6,
  UNREACHABLE: 7,
  PROHIBIT: 8,
  THROW: 9,
} as const;
export const RTNH_F_ONLINK = 0x4;

/** Attributes of routes. */
export const RTA = {
  DST: 1,
  SRC: 2,
  IIF: 3,
  OIF: 4,
  GATEWAY: 5,
  PRIORITY: 6,
  PREFSRC: 7,
  METRICS: 8,
  MULTIPATH: 9,
  CACHEINFO: 12,
  TABLE: 15,
  VIA: 18,
  PREF: 20,
} as const;

/** Attributes of network namespaces' ids. */
export const NETNSA = { NSID: 1, PID: 2, FD: 3 } as const;
