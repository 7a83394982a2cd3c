// What the jobs of voices are told, as JSON in their rows. Private to this folder.
#pragma once
#include <boost/json/serialize.hpp>
#include <string>

#include "base/error.hpp"
#include "json/codec.hpp"
#include "json/parse.hpp"

namespace frontdesk::voices {

inline constexpr const char* kTrainWork = "voice_training";
inline constexpr const char* kEraseWork = "voice_erasure";
inline constexpr const char* kSweepWork = "voice_sweep";

struct TrainTask {
  std::string voice;
};
BOOST_DESCRIBE_STRUCT(TrainTask, (), (voice))

/// What lies outside the database. Empty: there is none.
struct EraseTask {
  std::string voice;
  std::string sample;
  std::string service;
  std::string copy;     ///< the service's id of it
  bool spoken = false;  ///< the published receptionist speaks with it
};
BOOST_DESCRIBE_STRUCT(EraseTask, (), (voice, sample, service, copy, spoken))

constexpr auto about(const TrainTask*) {
  return json::about("TrainTask", "");
}
constexpr auto about(const EraseTask*) {
  return json::about("EraseTask", "");
}

template <class Task>
std::string text_of(const Task& task) requires json::Described<Task> {
  return boost::json::serialize(json::write(task));
}

template <class Task>
base::Result<Task> task_of(const std::string& payload) {
  if (const auto parsed = json::parse(payload))
    if (auto task = json::read<Task>(*parsed)) return std::move(*task);
  return base::fail(base::ErrorCode::invalid_argument, "voices", "the job's payload cannot be read");
}

}  // namespace frontdesk::voices
