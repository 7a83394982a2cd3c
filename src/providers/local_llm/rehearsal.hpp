// What the brain will most likely have to say, found by putting to it the questions that its business is usually
// asked: for a voice that wants to have the first words ready. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/time.hpp"
#include "providers/local_llm/dialogue.hpp"
#include "reception/knowledge/business.hpp"

namespace frontdesk::local_llm {

/// Questions this business can expect, most common first: hours and days, prices, people, its own FAQ and policies,
/// wishes and small talk.
std::vector<std::string> expected_questions(const knowledge::Business& business);

/// The replies to them at this moment, each once, and what is said when nothing was understood. Takes a few
/// milliseconds a question: not for a thread that anything waits for.
std::vector<std::string> foreseeable_replies(const Dialogue& dialogue, const knowledge::Business& business,
                                             base::UtcTime now);

}  // namespace frontdesk::local_llm
