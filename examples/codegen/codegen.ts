import type { CodegenConfig } from '@graphql-codegen/cli';

export default {
  // A file or the address of a server. The file contains descriptions, which editors show.
  schema: '../../schema.graphql',
  documents: 'src/*.ts',
  generates: {
    'src/__generated__/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // `fetch` needs only the text of a document.
        documentMode: 'string',
        // With `strictScalars`, a scalar that is not listed here fails the build instead of becoming `any`.
        strictScalars: true,
        scalars: { Date: 'string', DateTime: 'string', FeedCursor: 'string', URL: 'string' },
        // An absent value is null, never undefined.
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
