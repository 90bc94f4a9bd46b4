import { describe, expect, test } from 'vitest';
import { detectLanguage } from '../../src/language/detect-language.ts';

describe('the language of texts is detected', () => {
  test.each([
    ['zh', '提出一种新的方法，在三个数据集上优于现有方法。'],
    [
      'zh',
      '使用 Stable Diffusion 与 LoRA 微调，在 ImageNet-1k 上以 $\\mathcal{L}_{\\text{CE}} = -\\sum_i y_i \\log p_i$ 训练，Top-1 提升 2.3%。',
    ],
    ['ja', '本研究では、新しい学習手法を提案し、その有効性を示した。'],
    ['ko', '새로운 하이브리드 최적화 프레임워크 HERON-SFL을 제안합니다.'],
    [
      'en',
      'We propose a new method for the training of large models and show that it is better than the baselines.',
    ],
    [
      'de',
      'Wir stellen ein neues Verfahren vor, das für die Ausbildung von Modellen auf großen Daten nicht zu langsam ist.',
    ],
    [
      'fr',
      'Nous proposons une méthode pour les modèles de langue qui est plus rapide que les autres sur ce jeu de données.',
    ],
    [
      'es',
      'Proponemos un método nuevo para los modelos de lenguaje que es más rápido que los otros en las pruebas.',
    ],
    ['ru', 'Мы предлагаем новый метод обучения, который быстрее других и этим выгоден.'],
    ['uk', 'Ми пропонуємо новий метод навчання, який є швидшим за інші.'],
    ['el', 'Προτείνουμε μια νέα μέθοδο για την εκπαίδευση μεγάλων μοντέλων.'],
    ['th', 'เราเสนอวิธีใหม่ วิธีนี้ เร็วกว่า วิธีอื่น ในการทดลอง ทั้งหมด'],
    ['und', ''],
    ['und', '42'],
    ['und', 'GPT-5 ResNet ImageNet LoRA BERT CLIP'],
    ['und', '中'],
  ])('%s: %s', (language, text) => {
    expect(detectLanguage([text])).toBe(language);
  });

  test('from many short texts together', () => {
    expect(detectLanguage(['新的', '方法', '优于', '基线'])).toBe('zh');
  });

  test('from a sample, however much text there is', () => {
    let given = 0;
    function* endless(): Generator<string> {
      for (;;) {
        given++;
        yield '提出一种新的方法。'.repeat(100);
      }
    }
    expect(detectLanguage(endless())).toBe('zh');
    expect(given).toBeLessThan(1_000);
  });
});
