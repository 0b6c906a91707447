{{ focus_view('1.2') }}
