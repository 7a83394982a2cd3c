// What the call log's codes mean, in plain words, for the page and the terminal. Pure.
#pragma once
#include <string>
#include <string_view>

#include "store/call_records.hpp"

namespace frontdesk::api {

/// "very good" to "bad", by the classes of users' satisfaction in ITU-T G.107, Annex B.
std::string_view sound_word(double mean_opinion_score);

/// "good (4.3)"; empty: nothing was heard.
std::string sound_words(const store::LineQuality& quality);

/// Who says that the number is the caller's; empty: not known, the call is older than that.
std::string asserted_by_words(const store::CallerFacts& who);
/// How far the network vouches for the number.
std::string attestation_words(const store::CallerFacts& who);
/// "from +443335550100", "by somebody unknown"; empty: the call was not diverted.
std::string diverted_words(const store::CallerFacts& who);
/// "off", "keys sent in the signalling (SDES)"; empty: no sound was agreed on.
std::string_view encryption_words(std::string_view srtp);

}  // namespace frontdesk::api
