import { join } from 'node:path'
import { build, type BuildOptions, type Plugin } from 'esbuild'

/** Builds the program, as it is built itself, but with one cause alone, that lies. Returns where it is. */
export async function buildLiar(): Promise<string> {
  const outfile = join(import.meta.dirname, '../../../node_modules/.cache/oldhand-liar.js')
  await build({ ...bundling, outfile, plugins: [plant] })
  return outfile
}

const bundling: BuildOptions = {
  ...{ entryPoints: ['src/cli/main.ts'], bundle: true, platform: 'node', format: 'esm', target: 'node20' },
  ...{ packages: 'external', logLevel: 'warning' },
}
const plant: Plugin = {
  name: 'plant',
  setup: (making) =>
    making.onLoad({ filter: /causes\/index\.gen\.ts$/ }, () => ({
      contents: `import { lyingCause } from '${join(import.meta.dirname, 'lying-cause.ts')}'; export const causes = [lyingCause]`,
      loader: 'ts',
    })),
}
