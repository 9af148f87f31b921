/** The annotation of crun's that Podman sets for `--group-add keep-groups`. */
export const KEEP_ORIGINAL_GROUPS = 'run.oci.keep_original_groups';

/** Where nobody can tell, it is taken for the machine's root. */
const everyId = '0 0 4294967295';

export interface OriginalGroups {
  /** Whether a container's process keeps the supplementary groups of who runs it. */
  readonly keep: boolean;
  /** Why the annotation is not followed. */
  readonly warning?: { readonly pointer: string; readonly message: string };
}

/**
 * Whether the annotations ask for the supplementary groups to stay, and may.
 *
 * An ordinary user gives away what is his own: files that he shares with a group are within reach of his container. Root's groups are
 * those of the host's administration, and an annotation may come from an image: there it is told of and not followed.
 */
export function keepsOriginalGroups(
  annotations: Readonly<Record<string, string>> | undefined,
  { uid, uidMap }: { readonly uid: number; readonly uidMap?: string | undefined },
): OriginalGroups {
  const value = annotations?.[KEEP_ORIGINAL_GROUPS];
  if (value === undefined || value === '0') return { keep: false };
  // Root of a user namespace, as whom rootless Podman runs us, is an ordinary user. The machine's first namespace maps every id to itself.
  if (uid !== 0 || !/^\s*0\s+0\s+4294967295\s*$/.test(uidMap ?? everyId)) return { keep: true };
  return {
    keep: false,
    warning: {
      pointer: `/annotations/${KEEP_ORIGINAL_GROUPS}`,
      message: 'is not followed: it would hand supplementary groups of the host to the container',
    },
  };
}
