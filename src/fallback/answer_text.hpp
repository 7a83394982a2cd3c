// Is that an answer? What every provider's text is held against before anyone hears it. Pure.
#pragma once
#include <string_view>

namespace frontdesk::fallback {

enum class TextKind {
  blank,    ///< nothing but spaces
  words,    ///< at least one letter or digit
  signs,    ///< punctuation alone: words may follow
  garbled,  ///< not UTF-8, or with control characters in it
};

/// A last character that is not complete yet is forgiven: the text may be going on.
TextKind kind_of(std::string_view text);

}  // namespace frontdesk::fallback
