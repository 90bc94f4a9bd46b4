import { expect, test } from 'vitest';
import { generateDocuments } from '../docs/generate.ts';

// `npm run docs` runs this test with --update, which writes the documents.
test('the generated documents say what the code says: otherwise run `npm run docs`', async () => {
  for (const { file, text } of await generateDocuments())
    await expect(text).toMatchFileSnapshot(`../${file}`);
});
