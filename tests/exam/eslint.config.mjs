import jsxA11y from "eslint-plugin-jsx-a11y";
import tseslint from "typescript-eslint";

export default [
  {
    files: ["**/*.tsx", "**/*.ts"],
    ignores: ["node_modules/**"],
    languageOptions: { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } },
    plugins: { "jsx-a11y": jsxA11y, "@typescript-eslint": tseslint.plugin },
    rules: { ...jsxA11y.flatConfigs.strict.rules, "@typescript-eslint/no-explicit-any": "error" },
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" },
  },
];
