import type { CodegenConfig } from '@graphql-codegen/cli';

export default {
  // A file or the address of a server. Papergraph's own file also says what every field means: editors show it.
  schema: '../../schema.graphql',
  documents: 'src/*.ts',
  generates: {
    'src/__generated__/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // The text is all that `fetch` needs.
        documentMode: 'string',
        // A scalar that is not named here stops the build, instead of becoming `any`. All of them travel as strings.
        strictScalars: true,
        scalars: { Date: 'string', DateTime: 'string', FeedCursor: 'string', URL: 'string' },
        // What may be absent is null, never undefined.
        avoidOptionals: { field: true },
        enumsAsTypes: true,
        immutableTypes: true,
        skipTypename: true,
        useTypeImports: true,
        importExtension: '.js',
      },
    },
  },
} satisfies CodegenConfig;
