// What offer and answer settled, as a media session takes it: the one place where signalling's words
// become media's.
#pragma once
#include "media/session.hpp"
#include "sip/media_description.hpp"

namespace frontdesk::negotiated {

media::MediaParameters parameters_of(const sip::NegotiatedMedia& agreed);

/// With a random SSRC, first sequence number, first timestamp and CNAME.
media::MediaSessionConfig new_session(const sip::NegotiatedMedia& agreed);

}  // namespace frontdesk::negotiated
