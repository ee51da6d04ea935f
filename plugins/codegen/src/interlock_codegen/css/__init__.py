"""From the tree's words to Tailwind classes: one module for each part of CSS."""
