import type { TestProject } from 'vitest/node';
import { buildImage, removeImage } from './image.ts';
import { canRunContainers } from './store.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Name of the image built from the checkout, with the tag of this run; empty when nothing can build it. */
    readonly image: string;
  }
}

/** What the image's labels must say. */
export const labels = { VERSION: '1.2.3', REVISION: 'a1b2c3', SOURCE: 'https://git.example/azimuth' } as const;

/** Builds the image once for all files of the project. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const image = `localhost/azimuth:test-${process.pid}`;
  project.provide('image', canRunContainers ? image : '');
  if (canRunContainers) await buildImage(image, labels);
  return () => (canRunContainers ? removeImage(image) : Promise.resolve());
}
