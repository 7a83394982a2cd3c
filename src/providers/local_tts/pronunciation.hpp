// English letters to sounds: flite's lexicon and rules, written in the phonetic alphabet that the
// voices were trained on (IPA as espeak writes it).
#pragma once
#include <mutex>
#include <string>

namespace frontdesk::local_tts {

/// Held around every use of flite: its values are reference-counted without atomics.
std::mutex& flite_mutex();

/// `text` is plain words and punctuation (speech/spoken_text.hpp). Words are separated by spaces;
/// , . ? ! ; : are kept. Empty if nothing can be said. Thread-safe.
std::string phonemes(const std::string& text);

}  // namespace frontdesk::local_tts
