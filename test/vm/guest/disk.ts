/** The guest's disk of its own, on /var/tmp. */
export const disk = { major: 254, minor: 0 };
export const MiB: number = 2 ** 20;
