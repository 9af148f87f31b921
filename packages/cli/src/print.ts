/** Writes to standard output, and tells whether it was read. Who reads only the beginning, as head(1) does, is no failure. */
export async function print(text: string): Promise<boolean> {
  const { stdout } = process;
  if (stdout.destroyed) return false;
  return new Promise<boolean>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EPIPE') resolve(false);
      else reject(error);
    };
    stdout.once('error', failed);
    stdout.write(text, (error) => {
      // Otherwise the listener is told next.
      if (error !== null && error !== undefined) return;
      stdout.off('error', failed);
      resolve(true);
    });
  });
}
