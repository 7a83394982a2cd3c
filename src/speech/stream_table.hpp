// The open streams of an engine, by number. Thread-safe. Its lock is held for the look-up alone, so any other lock
// may be held meanwhile; who has found a stream keeps it alive.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "speech/vad.hpp"

namespace frontdesk::speech {

template <class Stream>
class StreamTable {
 public:
  /// `domain` names the engine in errors.
  StreamTable(std::string domain, std::size_t most) : domain_(std::move(domain)), most_(most) {}

  /// already_exists, resource_exhausted.
  base::Status add(StreamId id, std::shared_ptr<Stream> stream) {
    const std::lock_guard lock(mutex_);
    if (streams_.contains(id)) {
      return base::fail(base::ErrorCode::already_exists, domain_, "stream " + std::to_string(id) + " is already open");
    }
    if (streams_.size() >= most_) {
      return base::fail(base::ErrorCode::resource_exhausted, domain_,
                        "all " + std::to_string(most_) + " streams are in use", base::Retry::later);
    }
    streams_.emplace(id, std::move(stream));
    return {};
  }

  /// Null if there is none.
  std::shared_ptr<Stream> find(StreamId id) const {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : found->second;
  }

  /// Removes it. Null if there is none.
  std::shared_ptr<Stream> take(StreamId id) {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.extract(id);
    return found.empty() ? nullptr : found.mapped();
  }

  std::vector<StreamId> ids() const {
    const std::lock_guard lock(mutex_);
    std::vector<StreamId> out;
    for (const auto& [id, stream] : streams_) out.push_back(id);
    return out;
  }

 private:
  const std::string domain_;
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::map<StreamId, std::shared_ptr<Stream>> streams_;
};

}  // namespace frontdesk::speech
