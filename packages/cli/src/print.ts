/** Writes to standard output. Who reads only the beginning, as head(1) does, is no failure. */
export async function print(text: string): Promise<void> {
  const { stdout } = process;
  await new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EPIPE') resolve();
      else reject(error);
    };
    stdout.once('error', failed);
    stdout.write(text, () => resolve());
  });
}
