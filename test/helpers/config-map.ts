import { mkdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A ConfigMap volume as the kubelet writes it: files are links through `..data` to a folder named by time. */
export async function mountConfigMap(dir: string, text: string): Promise<void> {
  await mkdir(join(dir, '..2026_01'));
  await writeFile(join(dir, '..2026_01', 'kong.yaml'), text);
  await symlink('..2026_01', join(dir, '..data'));
  await symlink(join('..data', 'kong.yaml'), join(dir, 'kong.yaml'));
}

/** An update as the kubelet makes it: a new folder, `..data` moved to it in one step, the old folder removed. */
export async function updateConfigMap(dir: string, folder: string, text: string): Promise<void> {
  await mkdir(join(dir, folder));
  await writeFile(join(dir, folder, 'kong.yaml'), text);
  const old = await readlink(join(dir, '..data'));
  await retarget(join(dir, '..data'), folder);
  await rm(join(dir, old), { recursive: true });
}

/** Points a link elsewhere without a moment in which it is missing. */
export async function retarget(link: string, target: string): Promise<void> {
  await symlink(target, `${link}.new`);
  await rename(`${link}.new`, link);
}
