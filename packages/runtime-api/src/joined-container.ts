/** A container that lives, as it was found when the program was planned. The program looks again before it joins it. */
export interface JoinedContainer {
  /** Its first process, as the runtime's pid namespace sees it. */
  readonly pid: number;
  /** Inode of that process's pidfd, decimal. */
  readonly pidfdInode: string;
  /** Its namespaces that are not the runtime's own, by the specification's names, with their inodes. */
  readonly namespaces: Readonly<Record<string, number>>;
  /** Absolute paths of its cgroups. */
  readonly cgroups: readonly string[];
}
