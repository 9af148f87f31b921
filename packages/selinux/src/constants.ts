/** f_type of selinuxfs. */
export const SELINUX_MAGIC = 0xf97cff8c;

export const SELINUXFS = '/sys/fs/selinux';

/** Classes are there once a policy is loaded, and every policy has this one. */
export const LOADED = `${SELINUXFS}/class/process`;

/** Where a file's label is. */
export const XATTR = 'security.selinux';
